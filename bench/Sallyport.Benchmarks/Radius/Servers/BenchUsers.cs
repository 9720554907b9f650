using System.Globalization;
using System.Text;

namespace Sallyport.Benchmarks.Radius.Servers;

/// <summary>A person who may log in.</summary>
/// <param name="Password">The password.</param>
/// <param name="Greeting">Reply-Message.</param>
/// <param name="Class">Class.</param>
internal sealed record BenchUser(byte[] Password, byte[] Greeting, byte[] Class);

/// <summary>The people of the measurements, user00000 with pass00000 and so on: the same for every server under load.</summary>
internal sealed class BenchUsers
{
    public const uint SessionTimeout = 28800;
    private const int LongestName = 64;
    private readonly Dictionary<string, BenchUser> _users = [];
    private readonly Dictionary<string, BenchUser>.AlternateLookup<ReadOnlySpan<char>> _byName;

    public BenchUsers(int count)
    {
        for (int i = 0; i < count; i++)
        {
            string name = Name(i);
            _users.Add(name, new BenchUser(Encoding.UTF8.GetBytes(Password(i)), Encoding.UTF8.GetBytes(Greeting(i)), Class(i)));
        }

        _byName = _users.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The person with a name in UTF-8, or <see langword="null"/>.</summary>
    public BenchUser? Find(ReadOnlySpan<byte> name)
    {
        Span<char> characters = stackalloc char[LongestName];
        return name.Length <= LongestName && Encoding.UTF8.TryGetChars(name, characters, out int length) && _byName.TryGetValue(characters[..length], out BenchUser? user) ? user : null;
    }

    /// <summary>The same people as a <c>users</c> file of FreeRADIUS.</summary>
    public static void WriteFreeRadius(TextWriter writer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            writer.Write($"{Name(i)}\tCleartext-Password := \"{Password(i)}\"\n\tReply-Message = \"{Greeting(i)}\",\n");
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"\tSession-Timeout = {SessionTimeout},\n\tClass = 0x{Convert.ToHexString(Class(i))}\n\n"));
        }
    }

    private static string Name(int user) => string.Create(CultureInfo.InvariantCulture, $"user{user:00000}");

    private static string Password(int user) => string.Create(CultureInfo.InvariantCulture, $"pass{user:00000}");

    private static string Greeting(int user) => $"Hello, {Name(user)}";

    private static byte[] Class(int user) => Convert.FromHexString(user.ToString("x40", CultureInfo.InvariantCulture));
}
