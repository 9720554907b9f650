using System.Globalization;
using System.Net;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Wire;

namespace Sallyport.Samples.RadiusServer.Accounting;

/// <summary>What an Accounting-Request says (RFC 2866 §5).</summary>
public sealed record AccountingRecord
{
    /// <summary>Start, Interim-Update, Stop, Accounting-On or Accounting-Off.</summary>
    public required AcctStatusType Status { get; init; }

    /// <summary>The device that sent it.</summary>
    public required string Device { get; init; }

    /// <summary>The NAS that it speaks of.</summary>
    public required string Nas { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Acct-Session-Id; empty in Accounting-On and -Off.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>User-Name, or empty.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Acct-Multi-Session-Id.</summary>
    public string? MultiSessionId { get; init; }

    /// <summary>Class.</summary>
    public ReadOnlyMemory<byte>? Class { get; init; }

    /// <summary>NAS-IP-Address.</summary>
    public string? NasIPAddress { get; init; }

    /// <summary>NAS-Port.</summary>
    public uint? NasPort { get; init; }

    /// <summary>NAS-Port-Id.</summary>
    public string? NasPortId { get; init; }

    /// <summary>Calling-Station-Id.</summary>
    public string? CallingStationId { get; init; }

    /// <summary>Called-Station-Id.</summary>
    public string? CalledStationId { get; init; }

    /// <summary>Framed-IP-Address.</summary>
    public string? FramedIPAddress { get; init; }

    /// <summary>Acct-Session-Time, seconds.</summary>
    public uint Seconds { get; init; }

    /// <summary>Octets from the person.</summary>
    public long InputOctets { get; init; }

    /// <summary>Octets to the person.</summary>
    public long OutputOctets { get; init; }

    /// <summary>Packets from the person.</summary>
    public uint InputPackets { get; init; }

    /// <summary>Packets to the person.</summary>
    public uint OutputPackets { get; init; }

    /// <summary>Acct-Terminate-Cause by name.</summary>
    public string? TerminateCause { get; init; }

    /// <summary>Reads a request.</summary>
    /// <param name="packet">The request.</param>
    /// <param name="device">The device that sent it.</param>
    /// <param name="now">When it came.</param>
    /// <param name="record">What it says.</param>
    /// <returns>Whether it says what RFC 2866 §4.1 demands: a known Acct-Status-Type, and for sessions an Acct-Session-Id.</returns>
    public static bool TryRead(RadiusPacket packet, string device, DateTimeOffset now, out AccountingRecord? record)
    {
        record = null;
        bool known = packet.TryGet(Rfc2866.AcctStatusType, out AcctStatusType status)
            && status is AcctStatusType.Start or AcctStatusType.Stop or AcctStatusType.InterimUpdate or AcctStatusType.AccountingOn or AcctStatusType.AccountingOff;
        string? session = packet.GetString(Rfc2866.AcctSessionId);
        if (!known || (session is null && status is AcctStatusType.Start or AcctStatusType.Stop or AcctStatusType.InterimUpdate))
        {
            return false;
        }

        string? address = Address(packet, Rfc2865.NasIpAddress);
        record = new AccountingRecord
        {
            Status = status,
            Device = device,
            Nas = packet.GetString(Rfc2865.NasIdentifier) ?? address ?? (packet.TryGet(Rfc3162.NasIPv6Address, out IPAddress six) ? six.ToString() : device),
            At = packet.TryGet(Rfc2869.EventTimestamp, out DateTimeOffset at) ? at : now.AddSeconds(-(packet.TryGet(Rfc2866.AcctDelayTime, out uint delay) ? delay : 0)),
            SessionId = session ?? "",
            UserName = packet.GetString(Rfc2865.UserName) ?? "",
            MultiSessionId = packet.GetString(Rfc2866.AcctMultiSessionId),
            Class = packet.TryGet(Rfc2865.Class, out ReadOnlySpan<byte> octets) ? (ReadOnlyMemory<byte>?)octets.ToArray() : null,
            NasIPAddress = address,
            NasPort = packet.TryGet(Rfc2865.NasPort, out uint port) ? port : null,
            NasPortId = packet.GetString(Rfc2869.NasPortId),
            CallingStationId = packet.GetString(Rfc2865.CallingStationId),
            CalledStationId = packet.GetString(Rfc2865.CalledStationId),
            FramedIPAddress = Address(packet, Rfc2865.FramedIpAddress),
            Seconds = Number(packet, Rfc2866.AcctSessionTime),
            InputOctets = Octets(packet, Rfc2866.AcctInputOctets, Rfc2869.AcctInputGigawords),
            OutputOctets = Octets(packet, Rfc2866.AcctOutputOctets, Rfc2869.AcctOutputGigawords),
            InputPackets = Number(packet, Rfc2866.AcctInputPackets),
            OutputPackets = Number(packet, Rfc2866.AcctOutputPackets),
            TerminateCause = packet.TryGet(Rfc2866.AcctTerminateCause, out AcctTerminateCause cause) ? Cause(cause) : null,
        };
        return true;
    }

    /// <summary>The record in a line, for the log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {SessionId}");

    private static uint Number(RadiusPacket packet, IntegerKey key) => packet.TryGet(key, out uint value) ? value : 0;

    // RFC 2869 §5.1: how often the 32 bits went over. What does not fit a signed 64-bit column is nobody's traffic.
    private static long Octets(RadiusPacket packet, IntegerKey low, IntegerKey high) => ((long)(Number(packet, high) & 0x7fffffff) << 32) | Number(packet, low);

    private static string? Address(RadiusPacket packet, IPv4Key key) => packet.TryGet(key, out IPAddress address) ? address.ToString() : null;

    private static string Cause(AcctTerminateCause cause)
    {
        string? name = Rfc2866.Definitions.Attributes.First(a => a.Id == Rfc2866.AcctTerminateCause.Id).Values.FirstOrDefault(v => v.Number == (uint)cause).Name;
        return name ?? ((uint)cause).ToString(CultureInfo.InvariantCulture);
    }
}
