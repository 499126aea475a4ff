using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Messaging;

public sealed class HostileMessages
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"id\":\"0b0f3c0e-6f1a-4f3e-9a51-93a4b8f5f2c1\"}")]
    [InlineData("{\"id\":\"0b0f3c0e-6f1a-4f3e-9a51-93a4b8f5f2c1\",\"text\":null}")]
    [InlineData("{\"id\":\"0b0f3c0e-6f1a-4f3e-9a51-93a4b8f5f2c1\",\"text\":7}")]
    [InlineData("{\"id\":\"not-a-uuid\",\"text\":\"x\"}")]
    [InlineData("{\"id\":\"0b0f3c0e-6f1a-4f3e-9a51-93a4b8f5f2c1\",\"text\":\"\\ud800\"}")]
    public async Task Malformed_json_is_bad_json(string body)
    {
        await using var room = await Room.Open(Dialect.Sqlite);

        var answer = await room.PostRaw(room.PatientPass, body);

        Assert.Equal((400, "bad-json"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Deep_json_is_bad_json()
    {
        await using var room = await Room.Open(Dialect.Sqlite);

        Assert.Equal("bad-json", (await room.PostRaw(room.PatientPass, new string('[', 10_000))).Code);
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(4_000, 200)]
    [InlineData(4_001, 422)]
    public async Task A_message_has_1_to_4000_characters(int length, int status)
    {
        await using var room = await Room.Open(Dialect.Sqlite);

        Assert.Equal(status, (await room.Post(room.PatientPass, new string('é', length))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("bell \u0007")]
    [InlineData("tab\there")]
    [InlineData("nul\0")]
    [InlineData("next line is made one\u0085, delete is not \u007f")]
    public async Task Control_characters_and_emptiness_are_refused(string text)
    {
        await using var room = await Room.Open(Dialect.Sqlite);

        Assert.Equal("text-not-valid", (await room.Post(room.PatientPass, text)).Code);
    }

    [Fact]
    public async Task A_body_over_32_KiB_is_refused_unread()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        string Padded(int bytes)
        {
            var start = $"{{\"id\":\"{NewId.Random()}\",\"text\":\"x\"";
            return start + new string(' ', bytes - start.Length - 1) + "}";
        }

        Assert.Equal(200, (await room.PostRaw(room.PatientPass, Padded(32 * 1024))).Status);
        Assert.Equal((413, "too-large"), (await room.PostRaw(room.PatientPass, Padded(32 * 1024 + 1))) is var answer ? (answer.Status, answer.Code) : default);
    }

    [Theory, BothDialects]
    public async Task A_flood_is_cut_off_at_20_in_10_seconds_and_others_still_write(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => room.Post(room.PatientPass, $"{i}")));

        Assert.Equal((20, 10), (answers.Count(answer => answer.Status == 200), answers.Count(answer => (answer.Status, answer.Code) == (429, "too-many"))));
        Assert.Equal(200, (await room.Post(room.ClinicianPass, "still here")).Status);
        Assert.Equal(21, (await room.Read(room.ClinicianPass)).Texts.Count);
        room.Store.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await room.Post(room.PatientPass, "slower now")).Status);
    }

    [Fact]
    public async Task A_repeat_of_a_message_is_answered_even_when_the_limit_is_reached()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        var id = NewId.Random();
        var first = await room.Post(room.PatientPass, "first", id);
        for (var i = 1; i < 20; i++) await room.Post(room.PatientPass, $"{i}");

        Assert.Equal(429, (await room.Post(room.PatientPass, "one too many")).Status);
        Assert.Equal(first, await room.Post(room.PatientPass, "first", id));
    }

    [Theory, BothDialects]
    public async Task A_thread_holds_5000_messages(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Post(room.PatientPass, "one");
        await room.Store.Store.Commit(Platform.Http.Caller.System("test"), transaction => transaction.Execute("UPDATE threads SET length = 4999"), default);

        Assert.Equal(200, (await room.Post(room.PatientPass, "the last")).Status);
        Assert.Equal((429, "too-many"), (await room.Post(room.ClinicianPass, "no room")) is var answer ? (answer.Status, answer.Code) : default);
    }

    [Fact]
    public async Task Without_a_good_pass_the_door_stays_shut()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        await using var elsewhere = await Room.Open(Dialect.Sqlite);
        var good = room.PatientPass;
        var parts = good.Split('.');
        var unsigned = $"{Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new { alg = "none", typ = "JWT" })).TrimEnd('=')}.{parts[1]}.";

        foreach (var pass in (string?[])[null, "", "x", good[..^4] + "AAAA", unsigned, elsewhere.PatientPass, $"{parts[0]}.{parts[1]}", new string('a', 100_000)])
        {
            Assert.Equal((401, "pass-not-valid"), (await room.Post(pass, "x")) is var posted ? (posted.Status, posted.Code) : default);
            Assert.Equal((401, "pass-not-valid"), (await room.ReadRaw(pass)) is var read ? (read.Status, read.Code) : default);
        }
        Assert.Equal(401, (await room.Post(room.Pass(room.Patient, "superuser"), "x")).Status);
        room.Store.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(401, (await room.Post(good, "x")).Status);
    }
}
