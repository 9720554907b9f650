using System.Globalization;
using Microsoft.Data.Sqlite;
using Sallyport.Radius.Dictionaries;

namespace Sallyport.Samples.RadiusServer.Accounting;

/// <summary>
/// The sessions, in an SQLite file (schema.sql says what stands where). Every packet is idempotent: its row is found by the session's key,
/// counters and times only grow, and what is known once is not forgotten. Used by one thread at a time.
/// </summary>
public sealed class AccountingStore : IDisposable
{
    // SQLite's max() of two values; COALESCE keeps what is known where the packet says nothing.
    private const string Upsert = """
        INSERT INTO session (device, nas, session_id, user_name, multi_session_id, class, nas_ip_address, nas_port, nas_port_id, calling_station_id,
          called_station_id, framed_ip_address, started, updated, stopped, seconds, input_octets, output_octets, input_packets, output_packets, terminate_cause)
        VALUES ($device, $nas, $session, $user, $multi, $class, $address, $port, $portId, $calling, $called, $framed, $started, $at, $stopped, $seconds,
          $inputOctets, $outputOctets, $inputPackets, $outputPackets, $cause)
        ON CONFLICT (device, nas, session_id, user_name) DO UPDATE SET
          multi_session_id = COALESCE(excluded.multi_session_id, multi_session_id),
          class = COALESCE(excluded.class, class),
          nas_ip_address = COALESCE(excluded.nas_ip_address, nas_ip_address),
          nas_port = COALESCE(excluded.nas_port, nas_port),
          nas_port_id = COALESCE(excluded.nas_port_id, nas_port_id),
          calling_station_id = COALESCE(excluded.calling_station_id, calling_station_id),
          called_station_id = COALESCE(excluded.called_station_id, called_station_id),
          framed_ip_address = COALESCE(excluded.framed_ip_address, framed_ip_address),
          started = CASE WHEN $isStart THEN excluded.started ELSE started END,
          updated = max(updated, excluded.updated),
          stopped = COALESCE(stopped, excluded.stopped),
          seconds = max(seconds, excluded.seconds),
          input_octets = max(input_octets, excluded.input_octets),
          output_octets = max(output_octets, excluded.output_octets),
          input_packets = max(input_packets, excluded.input_packets),
          output_packets = max(output_packets, excluded.output_packets),
          terminate_cause = COALESCE(terminate_cause, excluded.terminate_cause)
        """;

    // RFC 2866 §5.1: a NAS that comes up or goes down has no sessions. One that began after that event is not ended by it.
    private const string EndAll = """
        UPDATE session SET stopped = $at, updated = max(updated, $at), terminate_cause = 'NAS-Reboot'
        WHERE device = $device AND nas = $nas AND stopped IS NULL AND started <= $at
        """;

    private readonly SqliteConnection _connection;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="SqliteException">It cannot be opened, or is no database of ours.</exception>
    public AccountingStore(string file)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        try
        {
            _connection.Open();
            Execute("PRAGMA journal_mode = WAL");

            // A NAS forgets what was acknowledged to it (RFC 2866 §2): it has to stand on the disk by then.
            Execute("PRAGMA synchronous = FULL");
            using Stream schema = typeof(AccountingStore).Assembly.GetManifestResourceStream("RadiusServer.schema.sql")!;
            using StreamReader reader = new(schema);
            Execute(reader.ReadToEnd());
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Writes records, all or none.</summary>
    public void Write(IEnumerable<AccountingRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (AccountingRecord record in records)
        {
            Write(record, transaction);
        }

        transaction.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Write(AccountingRecord record, SqliteTransaction transaction)
    {
        bool session = record.Status is AcctStatusType.Start or AcctStatusType.InterimUpdate or AcctStatusType.Stop;
        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = session ? Upsert : EndAll;
        string at = Text(record.At);
        Add(command, "$device", record.Device);
        Add(command, "$nas", record.Nas);
        Add(command, "$at", at);
        if (session)
        {
            bool start = record.Status == AcctStatusType.Start;
            Add(command, "$isStart", start ? 1L : 0L);
            Add(command, "$session", record.SessionId);
            Add(command, "$user", record.UserName);
            Add(command, "$multi", record.MultiSessionId);
            Add(command, "$class", record.Class?.ToArray());
            Add(command, "$address", record.NasIPAddress);
            Add(command, "$port", record.NasPort);
            Add(command, "$portId", record.NasPortId);
            Add(command, "$calling", record.CallingStationId);
            Add(command, "$called", record.CalledStationId);
            Add(command, "$framed", record.FramedIPAddress);
            Add(command, "$started", start ? at : Text(record.At.AddSeconds(-Math.Min(record.Seconds, record.At.ToUnixTimeSeconds()))));
            Add(command, "$stopped", record.Status == AcctStatusType.Stop ? at : null);
            Add(command, "$seconds", (long)record.Seconds);
            Add(command, "$inputOctets", record.InputOctets);
            Add(command, "$outputOctets", record.OutputOctets);
            Add(command, "$inputPackets", (long)record.InputPackets);
            Add(command, "$outputPackets", (long)record.OutputPackets);
            Add(command, "$cause", record.Status == AcctStatusType.Stop ? record.TerminateCause : null);
        }

        command.ExecuteNonQuery();
    }

    private static void Add(SqliteCommand command, string name, object? value) => command.Parameters.AddWithValue(name, value ?? DBNull.Value);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
