using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.DuoCloud;

/// <summary>What the simulator does.</summary>
public sealed record DuoCloudOptions
{
    /// <summary>The applications, users and policies.</summary>
    public required DuoCloudConfiguration Configuration { get; init; }

    /// <summary>Where it serves, as https URLs separated by semicolons; port 0 takes a free one.</summary>
    public string Urls { get; init; } = "https://127.0.0.1:8443";

    /// <summary>Where the certificate of its authority is written, PEM; nowhere where it is null.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Whether old clients are served: paths that end in <c>.bson</c>, and signatures without a date, which whoever sees one can replay for ever.</summary>
    public bool LegacyBson { get; init; }

    /// <summary>The clock of pushes and of the date window.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
