namespace Sallyport.Esp.Tests.Vectors;

/// <summary>A published case of AES-GCM.</summary>
internal sealed record AeadVector(string Case, byte[] Key, byte[] Nonce, byte[] Data, byte[] Text, byte[] Ciphertext, byte[] Tag, bool Genuine)
{
    /// <summary>The cases of a file in this folder: a line each, eight columns, behind a heading that names the source.</summary>
    public static IReadOnlyList<AeadVector> Read(string file) =>
    [
        .. File.ReadLines(Repository.At("tests", "Sallyport.Esp.Tests", "Vectors", file))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .Select(columns => new AeadVector(
                $"{file}, case {columns[0]}", Octets(columns[1]), Octets(columns[2]), Octets(columns[3]), Octets(columns[4]), Octets(columns[5]), Octets(columns[6]), columns[7] == "valid")),
    ];

    private static byte[] Octets(string column) => column == "-" ? [] : Convert.FromHexString(column);
}
