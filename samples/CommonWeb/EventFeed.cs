using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Sallyport.Samples.CommonWeb;

/// <summary>What a page is told.</summary>
/// <param name="Data">A text of one line.</param>
/// <param name="Number">Its number, which a browser that comes back names, or null where it is told the whole each time.</param>
public readonly record struct PageEvent(string Data, long? Number = null);

/// <summary>Server-sent events for whoever looks at a page, as they come; the number of viewers is bounded.</summary>
/// <param name="page">The page.</param>
/// <param name="changed">A task that ends when there is something new.</param>
/// <param name="after">What came after a number.</param>
/// <param name="lifetime">The program's.</param>
public sealed class EventFeed(BrowserPage page, Func<Task> changed, Func<long, IEnumerable<PageEvent>> after, IHostApplicationLifetime lifetime)
{
    private const int MostViewers = 64;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private int _viewers;

    /// <summary>Gives the feed an address.</summary>
    public void Map(WebApplication app, string path) => app.MapGet(path, (RequestDelegate)ServeAsync);

    private async Task ServeAsync(HttpContext context)
    {
        if (!page.IsOurName(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        if (Interlocked.Increment(ref _viewers) > MostViewers)
        {
            Interlocked.Decrement(ref _viewers);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            BrowserPage.Head(context.Response, "text/event-stream");
            _ = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out long last);
            while (!ended.IsCancellationRequested)
            {
                // Taken before the events are: one that comes in between is told in the next round.
                Task more = changed();
                await context.Response.WriteAsync(":\n\n", ended.Token);
                foreach (PageEvent told in after(last))
                {
                    last = told.Number ?? last;
                    string id = told.Number is null ? "" : string.Create(CultureInfo.InvariantCulture, $"id: {last}\n");
                    await context.Response.WriteAsync($"{id}data: {told.Data}\n\n", ended.Token);
                }

                await context.Response.Body.FlushAsync(ended.Token);
                await Task.WhenAny(more, Task.Delay(Heartbeat, ended.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The browser went away, or the program stops.
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
    }
}
