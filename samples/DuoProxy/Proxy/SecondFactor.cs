using Microsoft.Extensions.Logging;
using Sallyport.Duo;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Logging;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>Duo's decision: whether the person may pass, and the text for them.</summary>
internal readonly record struct SecondFactorResult(bool Allowed, string Message);

/// <summary>
/// Asks Duo about a person whose first factor was right: preauth, then auth. <c>failmode=safe</c> counts only where Duo cannot be reached at
/// preauth; wrong keys or a wrong clock are faults of this side and reject, as does everything that goes wrong once a person is being asked.
/// </summary>
internal sealed class SecondFactor(RadiusServerAutoSection section, DuoRestClient duo, ProxyCounters counters, ILogger logger)
{
    private string Api => $"https://{section.ApiHost}:{section.ApiPort}/rest/v1/";

    /// <summary>Asks; never throws but for cancellation, and always ends.</summary>
    public async Task<SecondFactorResult> AskAsync(RequestTag tag, string address, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (section.ApiTimeout > TimeSpan.Zero)
        {
            limit.CancelAfter(section.ApiTimeout);
        }

        DuoPreauth preauth;
        try
        {
            logger.DuoCall(Api + "preauth");
            preauth = await duo.PreauthAsync(tag.User, address, section.FailMode == FailMode.Safe ? "safe" : "secure", limit.Token);
        }
        catch (DuoUnreachableException e) when (e.Reason != DuoUnreachableReason.BadResponse)
        {
            return Unreachable(tag, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreachable(tag, "no answer within api_timeout");
        }
        catch (DuoException e)
        {
            return Refused(tag, e);
        }

        logger.Preauth(tag, LogText.Quoted(preauth.Result.Value));
        if (preauth.Result == DuoResult.Allow)
        {
            return new SecondFactorResult(true, preauth.Status);
        }

        if (preauth.Result != DuoResult.Auth)
        {
            // deny, enroll, or a word of the future: nobody is let in by it.
            return new SecondFactorResult(false, preauth.EnrollUrl is null ? preauth.Status : $"{preauth.Status}: {preauth.EnrollUrl}");
        }

        return await PushAsync(tag, address, Choose(preauth), limit.Token, cancellationToken);
    }

    private async Task<SecondFactorResult> PushAsync(RequestTag tag, string address, string factor, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            logger.DuoCall(Api + "auth");
            DuoAuth auth = await duo.AuthAsync(tag.User, factor, address, limit);
            logger.Auth(tag, LogText.Quoted(auth.Result.Value), LogText.Quoted(auth.Status));
            return new SecondFactorResult(auth.IsAllowed, auth.Status);
        }
        catch (DuoUnreachableException e)
        {
            logger.AuthFailed(tag, LogText.OneLine(e.Message));
            return new SecondFactorResult(false, "Duo did not answer.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            logger.AuthFailed(tag, "no answer within api_timeout");
            return new SecondFactorResult(false, "Login timed out.");
        }
        catch (DuoException e)
        {
            return Refused(tag, e);
        }
    }

    // The first of the configured factors that this person has.
    private string Choose(DuoPreauth preauth)
    {
        foreach (DuoFactor factor in section.Factors)
        {
            // Duo names its own choice: clients of /rest/v1 send that name back.
            string name = factor switch { DuoFactor.Push => "push1", DuoFactor.Phone => "phone1", _ => preauth.Factors.GetValueOrDefault("default", "auto") };
            if (factor == DuoFactor.Auto || preauth.Factors.Count == 0 || preauth.Factors.Values.Contains(name))
            {
                return name;
            }
        }

        return "auto";
    }

    private SecondFactorResult Unreachable(RequestTag tag, string problem)
    {
        if (section.FailMode == FailMode.Safe)
        {
            counters.CountFailedOpen();
            logger.FailedOpen(tag, LogText.OneLine(problem), LogText.Quoted(tag.User));
            return new SecondFactorResult(true, "");
        }

        logger.FailedSecure(tag, LogText.OneLine(problem));
        return new SecondFactorResult(false, "The second factor is not available.");
    }

    private SecondFactorResult Refused(RequestTag tag, DuoException e)
    {
        if (e is DuoApiException { IsConfigurationFault: true })
        {
            logger.Misconfigured(tag, LogText.OneLine(e.Message), $"Check ikey, skey and api_host of [{section.Name}], and this machine's clock.");
        }
        else
        {
            logger.Refused(tag, LogText.OneLine(e.Message));
        }

        return new SecondFactorResult(false, "The second factor is not available.");
    }
}
