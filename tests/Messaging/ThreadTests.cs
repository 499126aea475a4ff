using FirstRing.Contracts;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Messaging;

public sealed class ThreadTests
{
    const string Canary = "the rash on Quillfeather's left arm";

    [Theory, BothDialects]
    public async Task What_one_says_the_other_reads_oldest_first(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Post(room.PatientPass, "first");
        await room.Post(room.ClinicianPass, "second\nwith a line");

        var (texts, ids, more) = await room.Read(room.PatientPass);
        var (rest, _, _) = await room.Read(room.PatientPass, ids[0]);

        Assert.Equal(["first", "second\nwith a line"], texts);
        Assert.Equal(["second\nwith a line"], rest);
        Assert.False(more);
    }

    [Theory, BothDialects]
    public async Task The_same_id_by_the_same_author_is_one_message_with_one_answer(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var id = NewId.Random();

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => room.Post(room.PatientPass, "once", id)));

        Assert.Equal(200, Assert.Single(answers.Distinct()).Status);
        Assert.Equal("idempotency-mismatch", (await room.Post(room.PatientPass, "other", id)).Code);
        Assert.Equal(200, (await room.Post(room.ClinicianPass, "mine", id)).Status);
        Assert.Equal(["once", "mine"], (await room.Read(room.ClinicianPass)).Texts);
        Assert.Equal(2, (await room.Store.Waiting()).Count);
    }

    [Theory, BothDialects]
    public async Task A_thread_is_read_in_pages_of_200(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        for (var i = 0; i < 201; i++)
        {
            if (i % 20 == 0) room.Store.Clock.Advance(TimeSpan.FromSeconds(11));
            Assert.Equal(200, (await room.Post(room.PatientPass, $"{i}")).Status);
        }

        var first = await room.Read(room.ClinicianPass);
        var second = await room.Read(room.ClinicianPass, first.Ids[^1]);

        Assert.Equal((200, true), (first.Texts.Count, first.More));
        Assert.Equal("200", Assert.Single(second.Texts));
        Assert.False(second.More);
    }

    [Theory, BothDialects]
    public async Task Many_writers_at_once_lose_nothing_and_order_holds_for_everyone(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var writers = Enumerable.Range(0, 6).Select(_ => room.Pass(new ParticipantId(NewId.Random()), "guest")).ToList();

        await Task.WhenAll(writers.SelectMany((pass, writer) => Enumerable.Range(0, 10).Select(i => room.Post(pass, $"{writer}.{i}"))));

        var (texts, ids, _) = await room.Read(room.ClinicianPass);
        Assert.Equal(60, texts.Distinct().Count());
        for (var i = 0; i < 60; i += 7) Assert.Equal(texts[(i + 1)..], (await room.Read(room.ClinicianPass, ids[i])).Texts);
    }

    [Theory, BothDialects]
    public async Task A_device_that_is_not_identified_may_write_and_is_shown_nothing_not_even_by_its_own_participant(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var stranger = room.Pass(room.Patient, "patient", identified: false);
        await room.Post(room.ClinicianPass, Canary);
        await room.Post(room.PatientPass, "said on my own phone");
        Assert.Equal(200, (await room.Post(stranger, "hello?")).Status);

        Assert.Empty((await room.Read(stranger)).Texts);
        Assert.Equal([Canary, "said on my own phone", "hello?"], (await room.Read(room.PatientPass)).Texts);
    }

    [Theory, BothDialects]
    public async Task Who_waits_sees_only_what_they_wrote_until_they_are_let_in(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var guest = new ParticipantId(NewId.Random());
        var pass = room.Pass(guest, "family");
        await room.Post(room.ClinicianPass, Canary);
        await room.Post(pass, "may I come in?");

        Assert.Equal(["may I come in?"], (await room.Read(pass)).Texts);
        room.Admit(guest);
        Assert.Equal([Canary, "may I come in?"], (await room.Read(pass)).Texts);
    }

    [Fact]
    public async Task While_nobody_can_say_who_was_let_in_a_patient_is_told_to_try_again_and_the_clinician_reads()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        await room.Post(room.PatientPass, "first");
        room.Lose();

        Assert.Equal((503, "unavailable"), await StatusAndCode(room.ReadRaw(room.PatientPass)));
        Assert.Equal(["first"], (await room.Read(room.ClinicianPass)).Texts);
        Assert.Equal(200, (await room.Post(room.PatientPass, "second")).Status);
    }

    [Theory, BothDialects]
    public async Task A_pass_of_another_visit_sees_nothing_of_this_one(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Post(room.PatientPass, "mine");
        var id = (await room.Read(room.PatientPass)).Ids[0];
        var elsewhere = room.Pass(room.Patient, "patient", new VisitId(NewId.Random()));

        Assert.Empty((await room.Read(elsewhere)).Texts);
        Assert.Equal((404, "no-such-message"), await StatusAndCode(room.ReadRaw(elsewhere, id)));
        Assert.Equal((404, "no-such-message"), await StatusAndCode(room.ReadRaw(room.PatientPass, "msg_nonsense")));
    }

    [Theory, BothDialects]
    public async Task Nothing_said_lies_in_clear_nor_leaves_in_an_event(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Post(room.PatientPass, Canary);
        await room.Read(room.ClinicianPass);

        Assert.True(await room.Store.Holds(room.Visit.ToString()), "the scan must be able to find something");
        Assert.False(await room.Store.Holds(Canary));
        var posted = Assert.Single(await room.Store.Waiting());
        Assert.Equal(("signaling", "messaging.MessagePosted", room.Tenant.ToString()), (posted.Consumer, posted.Type, posted.Tenant));
        Assert.DoesNotContain("Quillfeather", posted.Body, StringComparison.Ordinal);
    }

    [Theory, BothDialects]
    public async Task Writing_and_reading_leave_rows_that_say_who(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Post(room.PatientPass, Canary);
        var id = (await room.Read(room.ClinicianPass)).Ids[0];
        await room.Read(room.ClinicianPass, id); // nothing shown: no access

        var tenant = room.Tenant.ToString();
        Assert.Equal([new AuditRow(tenant, room.Patient.ToString(), "patient", "post-message", id, "ok"),
            new AuditRow(tenant, room.Clinician.ToString(), "clinician", "read-thread", room.Visit.ToString(), "ok")], await room.Store.Audited());
        // Both are found by whose visit it is.
        Assert.Equal([room.Person.ToString(), room.Person.ToString()], await room.Store.Store.ReadList<string>("SELECT patient FROM audit_outbox ORDER BY counter", null, default));
        Assert.Null(await AuditChain.FirstBreak(room.Store.Store, default));
        await room.Store.FlipAuditBit(1);
        Assert.Equal(1, await AuditChain.FirstBreak(room.Store.Store, default));
    }

    static async Task<(int, string?)> StatusAndCode(Task<DoorAnswer> answer) => (await answer) is var got ? (got.Status, got.Code) : default;
}
