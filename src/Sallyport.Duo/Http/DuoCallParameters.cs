namespace Sallyport.Duo.Http;

/// <summary>Parameters of a call, in the order added; what is null is left out.</summary>
internal sealed class DuoCallParameters
{
    private readonly List<KeyValuePair<string, string>> _pairs = [];

    public IReadOnlyList<KeyValuePair<string, string>> Pairs => _pairs;

    public DuoCallParameters Add(string name, string? value)
    {
        if (value is not null)
        {
            _pairs.Add(new(name, value));
        }

        return this;
    }
}
