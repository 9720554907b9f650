using Microsoft.Data.Sqlite;

namespace Sallyport.Samples.Tests.RadiusServer;

public class AccountingTests
{
    private const string Session = "Packet-Type = Accounting-Request, User-Name = alice, NAS-Identifier = sw1, NAS-IP-Address = 192.0.2.1, NAS-Port = 7, Acct-Session-Id = 0001, ";
    private const string Start = Session + "Acct-Status-Type = Start, Event-Timestamp = 1700000000, Class = 0x00ff, Calling-Station-Id = \"00-11\", Framed-IP-Address = 10.0.0.7";
    private const string Interim = Session + "Acct-Status-Type = Interim-Update, Event-Timestamp = 1700000600, Acct-Session-Time = 600, Acct-Input-Octets = 5, Acct-Input-Gigawords = 1, Acct-Output-Octets = 9";
    private const string Stop = Session + "Acct-Status-Type = Stop, Event-Timestamp = 1700003600, Acct-Session-Time = 3600, Acct-Input-Octets = 6, Acct-Input-Gigawords = 1, Acct-Output-Octets = 10, Acct-Terminate-Cause = User-Request";

    private const string Whole = "switch|sw1|0001|alice|00FF|192.0.2.1|7|00-11|10.0.0.7|2023-11-14T22:13:20Z|2023-11-14T23:13:20Z|2023-11-14T23:13:20Z|3600|4294967302|10|User-Request";

    [Theory]
    [InlineData(Start, Interim, Stop)]
    [InlineData(Start, Start, Interim, Interim, Stop, Stop)]
    [InlineData(Stop, Start, Interim)]
    [InlineData(Interim, Stop, Start)]
    [InlineData(Start, Stop, Interim, Start)]
    public async Task A_session_is_one_row_in_whatever_order_and_however_often_its_records_come(params string[] records)
    {
        await using Primary primary = await Primary.StartAsync("[]");
        foreach (string record in records)
        {
            Assert.StartsWith("Accounting-Response Id ", await primary.AskAsync(record), StringComparison.Ordinal);
        }

        Assert.Equal(
            [Whole],
            Rows(primary, "device, nas, session_id, user_name, hex(class), nas_ip_address, nas_port, calling_station_id, framed_ip_address, started, updated, stopped, seconds, input_octets, output_octets, terminate_cause"));
    }

    [Fact]
    public async Task What_is_under_way_has_no_end_and_began_when_its_time_says()
    {
        await using Primary primary = await Primary.StartAsync("[]");
        await primary.AskAsync(Interim);

        Assert.Equal(["2023-11-14T22:13:20Z|2023-11-14T22:23:20Z|NULL|600|NULL"], Rows(primary, "started, updated, coalesce(stopped, 'NULL'), seconds, coalesce(terminate_cause, 'NULL')"));
    }

    [Fact]
    public async Task A_device_that_starts_anew_has_no_sessions_and_those_that_come_later_stay()
    {
        await using Primary primary = await Primary.StartAsync("[]");
        await primary.AskAsync(Start);
        await primary.AskAsync(Start.Replace("sw1", "sw2", StringComparison.Ordinal));
        await primary.AskAsync("Packet-Type = Accounting-Request, NAS-Identifier = sw1, Acct-Status-Type = Accounting-On, Event-Timestamp = 1700000100");
        await primary.AskAsync(Start.Replace("0001", "0002", StringComparison.Ordinal).Replace("1700000000", "1700000200", StringComparison.Ordinal));

        Assert.Equal(
            ["sw1|0001|2023-11-14T22:15:00Z|NAS-Reboot", "sw1|0002||", "sw2|0001||"],
            Rows(primary, "nas, session_id, coalesce(stopped, ''), coalesce(terminate_cause, '')"));
    }

    [Fact]
    public async Task Many_at_once_are_all_written_before_they_are_acknowledged()
    {
        await using Primary primary = await Primary.StartAsync("[]");

        string?[] replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => primary.AskAsync(Start.Replace("0001", $"s{i}", StringComparison.Ordinal))));

        Assert.All(replies, Assert.NotNull);
        Assert.Equal(["200"], Rows(primary, "count(*)"));
    }

    [Theory]
    [InlineData("Packet-Type = Accounting-Request, Acct-Status-Type = Start, User-Name = alice")]
    [InlineData("Packet-Type = Accounting-Request, Acct-Session-Id = 1, User-Name = alice")]
    [InlineData("Packet-Type = Accounting-Request, Acct-Session-Id = 1, Acct-Status-Type = 99")]
    public async Task What_says_too_little_is_not_acknowledged(string record)
    {
        await using Primary primary = await Primary.StartAsync("[]");

        Assert.Null(await primary.AskAsync(record));
        Assert.Equal(["0"], Rows(primary, "count(*)"));
    }

    private static List<string> Rows(Primary primary, string columns)
    {
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = primary.Database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The columns stand in this file.
        command.CommandText = $"SELECT {columns} FROM session ORDER BY nas, session_id";
#pragma warning restore CA2100
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)));
        }

        return rows;
    }
}
