using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Web;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Leaks;
using FirstRing.Tests.Harness.Running;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FirstRing.Tests.Journeys.Canary;

/// <summary>The search itself: a marker is leaked into each kind of sink, in each encoding, and is found each time. A canary that cannot die says nothing.</summary>
public sealed class SearchHolds
{
    readonly Planted _planted = new();

    LeakSearch Search => new(_planted.All, "it is there");

    string Marker(string what = "a name") => _planted.Text(what, "Zoë O'Brien & Čapek {0}");

    static readonly JsonSerializerOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Made otherwise than the search makes them.
    static readonly Dictionary<string, Func<string, byte[]>> Written = new()
    {
        ["utf-8"] = Encoding.UTF8.GetBytes,
        ["utf-16, little end first"] = text => [1, .. Encoding.Unicode.GetBytes($"<{text}>")],
        ["utf-16, big end first"] = text => Encoding.BigEndianUnicode.GetBytes($"<{text}>"),
        ["latin-1, the letters it has"] = text => Encoding.Latin1.GetBytes(text.Split(' ')[^1]),
        ["upper case"] = text => Encoding.UTF8.GetBytes(text.ToUpperInvariant()),
        ["lower case"] = text => Encoding.UTF8.GetBytes(text.ToLowerInvariant()),
        ["reversed"] = text => Encoding.UTF8.GetBytes(new string([.. text.Reverse()])),
        ["base64"] = text => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))),
        ["base64 after one byte"] = text => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes($"={text} and more"))),
        ["base64 after two bytes"] = text => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes($"a={text} and more"))),
        ["base64 of utf-16"] = text => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.Unicode.GetBytes($"<{text}>"))),
        ["base64url"] = text => Encoding.ASCII.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"?>?>{text}"))),
        ["hex"] = text => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Encoding.UTF8.GetBytes($"<{text}>"))),
        ["upper hex"] = text => Encoding.ASCII.GetBytes(Convert.ToHexString(Encoding.UTF8.GetBytes($"<{text}>"))),
        ["url"] = text => Encoding.ASCII.GetBytes(Uri.EscapeDataString($"<{text}>")),
        ["form"] = text => Encoding.ASCII.GetBytes(HttpUtility.UrlEncode(text)),
        ["json"] = text => JsonSerializer.SerializeToUtf8Bytes(new { text }),
        ["json, as it is"] = text => JsonSerializer.SerializeToUtf8Bytes(new { text }, AsIs),
        ["html"] = text => Encoding.UTF8.GetBytes(HtmlEncoder.Default.Encode(text)),
        ["html, decimal"] = text => Encoding.UTF8.GetBytes(WebUtility.HtmlEncode(text)),
        ["gzip"] = text => Packed(text, to => new GZipStream(to, CompressionLevel.Optimal)),
        ["zlib"] = text => Packed(text, to => new ZLibStream(to, CompressionLevel.Optimal)),
        ["gzip, amid other bytes"] = text => [9, 9, .. Packed(text, to => new GZipStream(to, CompressionLevel.Fastest)), 1, 2, 3],
        ["gzip of gzip"] = text => Packed(Packed(text, to => new GZipStream(to, CompressionLevel.Optimal)), to => new GZipStream(to, CompressionLevel.Optimal)),
        ["deflate"] = text => Packed(text, to => new DeflateStream(to, CompressionLevel.Optimal)),
        ["brotli"] = text => Packed(text, to => new BrotliStream(to, CompressionLevel.Optimal)),
        ["brotli in a response"] = text => [.. "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n"u8, .. Packed(text, to => new BrotliStream(to, CompressionLevel.Optimal))],
        ["brotli in a chunked response"] = text => [.. "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n"u8, .. Packed(text, to => new BrotliStream(to, CompressionLevel.Optimal))],
    };

    public static TheoryData<string> Writings => [.. Written.Keys];

    [Theory]
    [MemberData(nameof(Writings))]
    public void It_is_found_however_it_is_written(string how)
    {
        var text = Marker();
        Marker("another");
        var written = Written[how](text);
        Assert.Equal(["a name"], Search.Bytes("x", written).Leaks.Select(leak => leak.What).Distinct());
        Assert.Empty(new LeakSearch(Others()).Bytes("x", written).Leaks);
    }

    [Theory]
    [InlineData("yyyy-MM-dd"), InlineData("dd.MM.yyyy"), InlineData("MM/dd/yyyy"), InlineData("dd/MM/yyyy"), InlineData("d MMM yyyy"), InlineData("MMMM d, yyyy")]
    public void A_birth_date_is_found_in_each_of_its_spellings(string spelt)
    {
        var day = _planted.Day("a birth date");
        Assert.NotEmpty(Search.Lines("log", ["before", $"born {day.ToString(spelt, System.Globalization.CultureInfo.InvariantCulture)}!", "after"]).Leaks);
        Assert.Empty(Search.Lines("log", [$"born {day.AddDays(1).ToString(spelt, System.Globalization.CultureInfo.InvariantCulture)}"]).Leaks);
    }

    [Fact]
    public void Digits_are_found_forwards_and_backwards()
    {
        var phone = _planted.Digits("a telephone number", "+420", 11);
        Assert.NotEmpty(Search.Lines("log", [$"called {phone}"]).Leaks);
        Assert.NotEmpty(Search.Lines("log", [$"called {phone[4..]}"]).Leaks);
        Assert.NotEmpty(Search.Lines("log", [new string([.. phone.Reverse()])]).Leaks);
    }

    [Fact]
    public void It_is_found_wherever_it_stands_in_something_large()
    {
        var bytes = Encoding.UTF8.GetBytes(Marker());
        var large = new byte[9 << 20];
        foreach (var at in (int[])[0, 1, (4 << 20) - 3, 4 << 20, (8 << 20) - bytes.Length, large.Length - bytes.Length])
        {
            Array.Clear(large);
            bytes.CopyTo(large, at);
            Assert.Contains(Search.Bytes("x", large).Leaks, leak => leak.At == at);
        }
    }

    [Fact]
    public void What_is_not_there_is_not_found_and_what_was_not_searched_is_known()
    {
        Marker();
        using var folder = new TempFolder();
        File.WriteAllText(folder.At("a"), "Look, it is there.");
        Assert.Equal((0, true), (Search.Folder("x", folder.Path).Leaks.Count, Search.Folder("x", folder.Path).Seen.Contains("it is there")));
        File.WriteAllText(folder.At("a"), "nothing");
        Assert.Empty(Search.Folder("x", folder.Path).Seen);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told()
    {
        Marker();
        using var folder = new TempFolder();
        File.WriteAllText(folder.At("a"), "nothing");
        Assert.Empty(Search.Folder("x", folder.Path).Unread);
        using var kept = new FileStream(folder.At("a"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.StartsWith(folder.At("a"), Assert.Single(Search.Folder("x", folder.Path).Unread), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_line_is_searched()
    {
        var text = Marker();
        Assert.NotEmpty(Search.Lines("log", ["info: ready", $"warn: no patient {text}", ""]).Leaks);
    }

    [Fact]
    public void A_temporary_file_and_its_name_are_searched()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.At("a", "b"));
        File.WriteAllText(folder.At("a", "b", ".hidden"), Marker("the content"));
        File.WriteAllText(folder.At("a", $"{_planted.Text("the name")}.jpg"), "");
        Assert.Equal(["the content", "the name"], Search.Folder("x", folder.Path).Leaks.Select(leak => leak.What).Distinct().Order());
    }

    [Fact]
    public async Task A_row_in_clear_is_found_in_the_database_file_and_in_its_write_ahead_log()
    {
        using var folder = new TempFolder();
        await using var connection = new SqliteConnection($"Data Source={folder.At("store.db")};Pooling=false");
        await connection.OpenAsync();
        await Run($"PRAGMA journal_mode=WAL; CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('{_planted.Text("a checkpointed row")}'); PRAGMA wal_checkpoint(TRUNCATE)");
        await Run($"INSERT INTO t VALUES ('{_planted.Text("a row in the log")}')");
        var leaks = Search.Folder("stores", folder.Path).Leaks;
        Assert.Contains(leaks, leak => leak.What == "a checkpointed row" && leak.Where.EndsWith("store.db", StringComparison.Ordinal));
        Assert.Contains(leaks, leak => leak.What == "a row in the log" && leak.Where.EndsWith("store.db-wal", StringComparison.Ordinal));

        async Task Run(string sql)
        {
            await using var command = new SqliteCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task A_row_in_clear_is_found_in_PostgreSQLs_files_its_log_and_its_rows()
    {
        var cluster = await PostgresCluster.Shared;
        var database = await cluster.NewDatabase(CancellationToken.None);
        var packed = _planted.Text("a long row, which is kept packed");
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await Run("CREATE TABLE t (x TEXT)");
            await Run($"INSERT INTO t VALUES ('{_planted.Text("a row")}'), ('{string.Concat(Enumerable.Repeat("some words, ", 500))}{packed}')");
            await Run("CHECKPOINT");
            await Assert.ThrowsAsync<PostgresException>(() => Run($"SELECT '{_planted.Text("a value that is none")}'::int"));

            async Task Run(string sql)
            {
                await using var command = source.CreateCommand(sql);
                await command.ExecuteNonQueryAsync();
            }
        }
        var leaks = Search.Folder("PostgreSQL", cluster.Folder).Leaks;
        foreach (var part in (string[])["/base/", "/pg_wal/"]) Assert.Contains(leaks, leak => leak.What == "a row" && leak.Where.Contains(part, StringComparison.Ordinal));
        Assert.Contains(leaks, leak => leak.What == "a value that is none" && leak.Where == Path.Combine(cluster.Folder, "log"));
        Assert.Contains((await Search.Rows("rows", database)).Leaks, leak => leak.What == "a long row, which is kept packed");
        await cluster.Drop(database, CancellationToken.None);
    }

    [Fact]
    public async Task What_goes_over_the_wire_in_clear_is_captured_and_found()
    {
        using var folder = new TempFolder();
        await using var capture = await Capture.Loopback(folder.At("loopback.pcap"));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptTcpClientAsync();
        var header = _planted.Text("a header");
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"GET / HTTP/1.1\r\nReferer: {header}\r\n\r\n"));
        await server.GetStream().ReadExactlyAsync(new byte[8]);
        using var udp = new UdpClient();
        await udp.SendAsync(Encoding.UTF8.GetBytes(_planted.Text("a datagram")), new IPEndPoint(IPAddress.Loopback, 9));
        await Eventually.True("both are captured", () => Task.FromResult(Search.Folder("packets", folder.Path).Leaks.Select(leak => leak.What).Distinct().Count() == 2));
        Assert.True((await capture.Stop()).Captured > 0);
    }

    [Fact]
    public void A_dump_is_found()
    {
        using var folder = new TempFolder();
        Assert.Empty(Dumps.In(DateTime.MinValue, folder.Path));
        foreach (var name in (string[])["core", "core.4711", "coredump.1", "x.dmp", "score.txt"]) File.WriteAllText(folder.At(name), "x");
        Assert.Equal(4, Dumps.In(DateTime.MinValue, folder.Path).Count);
    }

    static IReadOnlyList<Marker> Others()
    {
        var others = new Planted();
        others.Text("a third", "Zoë O'Brien & Čapek {0}");
        return others.All;
    }

    static byte[] Packed(string text, Func<Stream, Stream> pack) => Packed(Encoding.UTF8.GetBytes($"words before {text} words after"), pack);

    static byte[] Packed(byte[] content, Func<Stream, Stream> pack)
    {
        using var packed = new MemoryStream();
        using (var stream = pack(packed)) stream.Write(content);
        return packed.ToArray();
    }
}
