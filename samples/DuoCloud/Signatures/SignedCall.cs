namespace Sallyport.Samples.DuoCloud.Signatures;

/// <summary>What of an HTTP request a signature may cover, as it was sent.</summary>
internal sealed record SignedCall
{
    public required string Method { get; init; }

    /// <summary>The Host header; clients sign it with or without its port.</summary>
    public required string Host { get; init; }

    /// <summary>The path as sent, still encoded.</summary>
    public required string Path { get; init; }

    /// <summary>The parameters of query and form, in the order sent. JSON members are not among them.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    /// <summary>The octets that versions 4 and 5 hash; a form's parameters are signed as such.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether the body is a form.</summary>
    public required bool IsForm { get; init; }

    /// <summary>The X-Duo-Date header, else Date, exactly as sent; null where there is neither.</summary>
    public required string? Date { get; init; }

    /// <summary>The headers whose names begin with X-Duo-.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> DuoHeaders { get; init; }
}
