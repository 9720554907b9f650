using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;

namespace Sallyport.Radius.Text;

/// <summary>What a users file says of a request.</summary>
public sealed class RadiusUsersMatch
{
    private readonly List<RadiusUsersEntry> _entries = [];
    private readonly List<RadiusTextItem> _control = [];
    private readonly List<RadiusTextItem> _reply = [];

    internal RadiusUsersMatch()
    {
    }

    /// <summary>The entries that count, in order; none where nothing is known of the request.</summary>
    public IReadOnlyList<RadiusUsersEntry> Entries => _entries;

    /// <summary>What they set for the server, such as Cleartext-Password and Auth-Type.</summary>
    public IReadOnlyList<RadiusTextItem> Control => _control;

    /// <summary>What the reply is to have.</summary>
    public IReadOnlyList<RadiusTextItem> Reply => _reply;

    /// <summary>The first item that is set for the server under a name, or null.</summary>
    public RadiusTextItem? Find(string name) => _control.Find(i => i.Name == name);

    /// <summary>Adds the reply items to a packet.</summary>
    /// <param name="writer">The packet.</param>
    /// <param name="secret">The secret shared with the receiver.</param>
    public void WriteReplyTo(ref RadiusPacketWriter writer, RadiusSecret secret)
    {
        Guard.NotNull(secret);
        new RadiusItemWriter(secret).Write(ref writer, _reply);
    }

    internal void Add(RadiusUsersEntry entry)
    {
        _entries.Add(entry);
        Merge(_control, entry.Check);
        Merge(_reply, entry.Reply);
    }

    // users(5). "=" asks for what stood there before the entry: of two with one name in an entry both are added.
    private static void Merge(List<RadiusTextItem> list, IReadOnlyList<RadiusTextItem> items)
    {
        RadiusTextItem[] before = [.. list];
        int front = 0;
        foreach (RadiusTextItem item in items)
        {
            switch (item.Operator)
            {
                case var _ when item.Name == RadiusServerItems.FallThrough:
                    break;
                case RadiusTextOperator.Set when Array.Exists(before, i => IsSame(i, item)):
                    break;
                case RadiusTextOperator.Set or RadiusTextOperator.Append:
                    list.Add(item);
                    break;
                case RadiusTextOperator.Replace:
                    list.RemoveAll(i => IsSame(i, item));
                    list.Add(item);
                    break;
                case RadiusTextOperator.Prepend:
                    list.Insert(front++, item);
                    break;
            }
        }
    }

    private static bool IsSame(RadiusTextItem left, RadiusTextItem right) => left.Id == right.Id && left.Name == right.Name;
}
