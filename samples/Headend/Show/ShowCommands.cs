namespace Sallyport.Samples.Headend.Show;

/// <summary>The commands that a running headend answers.</summary>
public static class ShowCommands
{
    /// <summary>The IKE SAs.</summary>
    public const string Ikev2SaDetailed = "show crypto ikev2 sa detailed";

    /// <summary>The sessions.</summary>
    public const string SessionDetail = "show crypto session detail";

    /// <summary>Answers a command, or says which ones there are.</summary>
    public static string Answer(string command, IReadOnlyList<SessionReport> sessions) => command switch
    {
        Ikev2SaDetailed => ShowIkev2Sa.Detailed(sessions),
        SessionDetail => ShowSession.Detail(sessions),
        _ => $"% Invalid input: '{Ikev2SaDetailed}' and '{SessionDetail}' are answered\n",
    };
}
