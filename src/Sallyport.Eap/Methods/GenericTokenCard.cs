using System.Security.Cryptography;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Methods;

/// <summary>Generic Token Card (RFC 3748 §5.6): the password in the clear, for use inside a tunnel such as IKE. Makes no key.</summary>
public sealed class GenericTokenCardMethod : IEapServerMethod, IEapPeerMethod
{
    private readonly EapPassword? _password;

    /// <summary>Either side.</summary>
    /// <param name="password">The person's password; with null, or a mere NT hash, every response is wrong.</param>
    public GenericTokenCardMethod(EapPassword? password) => _password = password;

    /// <inheritdoc cref="IEapServerMethod.Type"/>
    public EapMethodType Type => EapMethodType.GenericTokenCard;

    /// <inheritdoc/>
    public bool MayEnd { get; private set; }

    /// <inheritdoc cref="IEapServerMethod.MasterSessionKey"/>
    public ReadOnlySpan<byte> MasterSessionKey => default;

    /// <inheritdoc/>
    public int Begin(byte identifier, Span<byte> request)
    {
        ReadOnlySpan<byte> prompt = "Password: "u8;
        prompt.CopyTo(request);
        return prompt.Length;
    }

    /// <inheritdoc/>
    public EapMethodResult Handle(byte identifier, ReadOnlySpan<byte> typeData, byte nextIdentifier, Span<byte> request, out int length)
    {
        length = 0;
        bool right = _password is { HasText: true } && CryptographicOperations.FixedTimeEquals(typeData, _password.Text);
        return right ? EapMethodResult.Success : EapMethodResult.Failure;
    }

    /// <inheritdoc/>
    public EapMethodResult Handle(byte identifier, ReadOnlySpan<byte> typeData, Span<byte> response, out int length)
    {
        ReadOnlySpan<byte> text = _password is null ? default : _password.Text;
        length = text.Length;
        if (text.Length > response.Length)
        {
            length = 0;
            return EapMethodResult.Failure;
        }

        text.CopyTo(response);
        MayEnd = true;
        return EapMethodResult.Continue;
    }
}
