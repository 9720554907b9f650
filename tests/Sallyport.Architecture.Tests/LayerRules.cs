using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Syntax.Elements.Types;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace Sallyport.Architecture.Tests;

/// <summary>The direction of calls inside a package: Wire, then Crypto or Security, then the state machines, then drivers.</summary>
public class LayerRules
{
    private static readonly ArchUnitNET.Domain.Architecture Code = new ArchLoader()
        .LoadAssemblies([.. new[] { "Sallyport.Radius", "Sallyport.Radius.Transport", "Sallyport.Eap", "Sallyport.Ikev2", "Sallyport.Esp", "Sallyport.Ipsec", "Sallyport.Duo" }.Select(Assembly.Load)])
        .Build();

    // Layers of each package from the ground up; types of one layer may use those before it.
    private static readonly string[][] Layers =
    [
        [@"Sallyport\.Radius\.Wire", @"Sallyport\.Radius\.Security", @"Sallyport\.Radius\.Text", @"Sallyport\.Radius\.(Client|Server)", @"Sallyport\.Radius\.Transport"],
        [@"Sallyport\.Eap\.Wire", @"Sallyport\.Eap\.Methods", @"Sallyport\.Eap\.(Authenticator|Peer)"],
        [@"Sallyport\.Ikev2\.Wire", @"Sallyport\.Ikev2\.Crypto", @"Sallyport\.Ikev2\.Session", @"Sallyport\.Ikev2\.Endpoint", @"Sallyport\.Ipsec"],
    ];

    private const string StateMachines = @"^Sallyport\.(Radius\.(Wire|Security|Text|Client|Server)|Eap|Ikev2|Esp)(\.|$)";

    public static TheoryData<string, string> ForbiddenDirections()
    {
        TheoryData<string, string> directions = [];
        foreach (string[] layers in Layers)
        {
            for (int low = 0; low < layers.Length; low++)
            {
                for (int high = low + 1; high < layers.Length; high++)
                {
                    directions.Add($"^{layers[low]}$", $"^{layers[high]}$");
                }
            }
        }

        return directions;
    }

    [Theory]
    [MemberData(nameof(ForbiddenDirections))]
    public void A_layer_does_not_know_the_layers_above(string lower, string upper) =>
        Check(Types().That().ResideInNamespaceMatching(lower).Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(upper)));

    [Theory]
    [InlineData(@"^System\.Net\.Sockets$")]
    [InlineData(@"^System\.Net\.Http$")]
    [InlineData(@"^System\.Threading\.Tasks$")]
    [InlineData(@"^Microsoft\.Extensions\.")]
    public void Codecs_and_state_machines_know_no_sockets_tasks_or_logging(string forbidden) =>
        Check(Types().That().ResideInNamespaceMatching(StateMachines).Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching(forbidden));

    [Fact]
    public void Codecs_and_state_machines_read_no_clock()
    {
        string[] clocks = ["System.DateTime System.DateTime::get_UtcNow()", "System.DateTime System.DateTime::get_Now()", "System.DateTimeOffset System.DateTimeOffset::get_UtcNow()", "System.DateTimeOffset System.DateTimeOffset::get_Now()", "System.TimeProvider", "System.Diagnostics.Stopwatch"];
        IEnumerable<string> readers =
            from type in Code.Types
            where System.Text.RegularExpressions.Regex.IsMatch(type.Namespace.FullName, StateMachines)
            from dependency in type.Dependencies
            let target = dependency is ArchUnitNET.Domain.Dependencies.MethodCallDependency call ? call.TargetMember.FullName : dependency.Target.FullName
            where clocks.Any(c => target.Equals(c, StringComparison.Ordinal) || target.StartsWith(c + "::", StringComparison.Ordinal))
            select $"{type.FullName} uses {target}";

        Assert.Empty(readers.Distinct());
    }

    private static void Check(TypesShouldConjunction rule) => rule.WithoutRequiringPositiveResults().Check(Code);
}
