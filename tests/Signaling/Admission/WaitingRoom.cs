using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Admission;

public sealed class WaitingRoom
{
    static async Task<(Stage Stage, CallScene Scene, MemoryNode Node)> Open(Dialect dialect)
    {
        var stage = await Stage.Open(dialect);
        var node = stage.Media.Add("a");
        await stage.Pass(4);
        return (stage, stage.NewCall(), node);
    }

    [Theory, BothDialects]
    public async Task A_visit_goes_from_lobby_to_end(Dialect dialect)
    {
        var (stage, scene, node) = await Open(dialect);
        await using var _ = stage;
        var patient = await scene.Entered("patient");
        Assert.Null(await scene.Send(patient, "connect"));
        Assert.Null(await scene.Send(patient, "answer", new { generation = 1, sdp = "v=0" }));
        Assert.Null(await scene.Send(patient, "join"));
        var clinician = await scene.Entered("clinician");
        Assert.Equal(["waiting", "welcome"], await scene.Types(clinician));
        Assert.Null(await scene.Send(clinician, "join"));
        Assert.Null(await scene.Admit(clinician, patient));
        Assert.Null(await scene.Send(patient, "media", new { audio = true, video = true, screen = false }));
        Assert.Equal(["welcome", "offer", "welcome", "admitted", "media"], await scene.Types(patient));
        Assert.Equal(["waiting", "welcome", "admitted", "waiting-left", "joined", "media"], await scene.Types(clinician));
        Assert.Equal("v=0", Assert.Single(node.Answers).Sdp);
        Assert.Null(await scene.Send(clinician, "end"));
        Assert.Equal("ended", (await scene.Types(patient))[^1]);
        Assert.True(node.IsClosed(scene.Call));
        Assert.Equal("call-ended", await scene.Send(patient, "join"));

        Assert.Equal([EventTypes.CallStarted, EventTypes.CallEnded], await stage.Store.ReadList<string>("SELECT type FROM outbox ORDER BY type DESC", null, default));
        Assert.Equal(CallEndReasons.ByClinician, (await stage.Store.ReadOne<string>("SELECT body FROM outbox WHERE type = @type", new { type = EventTypes.CallEnded }, default))!
            .Split("\"reason\":\"")[1].Split('"')[0]);
        Assert.Equal(["call.enter", "call.enter", "call.admit", "call.admit", "call.end"],
            await stage.Store.ReadList<string>("SELECT action FROM audit_outbox WHERE subject LIKE @call ORDER BY counter", new { call = $"{scene.Call}%" }, default));
        Assert.Null(await AuditChain.FirstBreak(stage.Store, default));
    }

    [Theory, BothDialects]
    public async Task A_call_with_who_acts_for_the_patient_has_begun_and_the_log_names_them(Dialect dialect)
    {
        var (stage, scene, _) = await Open(dialect);
        await using var __ = stage;
        var proxy = scene.Someone("proxy") with { Proxy = new ProxyId(Guid.NewGuid()).ToString() };
        await scene.Enter(proxy);
        Assert.Null(await scene.Send(proxy, "join"));
        var clinician = await scene.Entered("clinician");
        Assert.Null(await scene.Send(clinician, "join"));
        Assert.Null(await scene.Admit(clinician, proxy));
        Assert.Equal([EventTypes.CallStarted], await stage.Store.ReadList<string>("SELECT type FROM outbox", null, default));
        Assert.Equal([proxy.Proxy!], await stage.Store.ReadList<string>("SELECT actor FROM audit_outbox WHERE role = 'proxy'", null, default));
    }

    [Theory, BothDialects]
    public async Task Only_once_the_media_node_has_taken_an_admission_is_it_told(Dialect dialect)
    {
        var (stage, scene, node) = await Open(dialect);
        await using var _ = stage;
        var clinician = await scene.Entered("clinician");
        node.IsDown = true;
        Assert.Null(await scene.Send(clinician, "join"));
        Assert.Equal(["welcome"], await scene.Types(clinician));
        node.IsDown = false;
        await scene.Settle();
        Assert.Equal(["welcome", "admitted"], await scene.Types(clinician));
    }

    [Theory, BothDialects]
    public async Task A_call_starts_once_however_often_both_come_in(Dialect dialect)
    {
        var (stage, scene, _) = await Open(dialect);
        await using var __ = stage;
        var (clinician, patient) = (await scene.Entered("clinician"), await scene.Entered("patient"));
        for (var time = 0; time < 3; time++)
        {
            await scene.Send(clinician, "join");
            await scene.Send(patient, "join");
            await scene.Admit(clinician, patient);
            await scene.Send(patient, "leave");
        }
        Assert.Equal(1, await stage.Store.ReadOne<long>("SELECT COUNT(*) FROM outbox", null, default));
    }

    [Theory, BothDialects]
    public async Task A_send_that_comes_twice_is_answered_twice_and_done_once(Dialect dialect)
    {
        var (stage, scene, _) = await Open(dialect);
        await using var __ = stage;
        var patient = await scene.Entered("patient");
        foreach (var type in new[] { "connect", "join" })
            for (var time = 0; time < 3; time++) Assert.Null(await scene.Send(patient, type, id: $"the-{type}"));
        // Even after having left: the old join must not bring them back.
        await scene.Send(patient, "leave");
        Assert.Null(await scene.Send(patient, "join", id: "the-join"));
        Assert.Equal("left", (await scene.Row(patient))!.State);
        Assert.Equal(["welcome", "offer", "welcome"], await scene.Types(patient));
        // A refused one did nothing and may be tried again under the same id.
        Assert.Equal("not-admitted", await scene.Send(patient, "media", new { audio = true, video = true, screen = true }, "again"));
        Assert.Equal("not-admitted", await scene.Send(patient, "media", new { audio = true, video = true, screen = true }, "again"));
    }

    [Theory, BothDialects]
    public async Task Who_is_lost_comes_back_where_they_were_and_who_left_waits_again(Dialect dialect)
    {
        var (stage, scene, node) = await Open(dialect);
        await using var _ = stage;
        var (clinician, patient, guest) = (await scene.Entered("clinician"), await scene.Entered("patient"), await scene.Entered("guest"));
        foreach (var one in new[] { clinician, patient, guest }) await scene.Send(one, "connect");
        foreach (var one in new[] { clinician, patient, guest }) await scene.Send(one, "join");
        await scene.Admit(clinician, patient);
        await scene.Lose(patient);
        await scene.Lose(guest);
        Assert.Equal(["left", "left"], [(await scene.Row(patient))!.State, (await scene.Row(guest))!.State]);
        Assert.DoesNotContain(patient.Participant, node.SeatsOf(scene.Call).Keys);

        await scene.Enter(patient);
        await scene.Enter(guest);
        Assert.Equal(["admitted", "waiting"], [(await scene.Row(patient))!.State, (await scene.Row(guest))!.State]);
        Assert.Contains(patient.Participant, node.SeatsOf(scene.Call).Keys);
        // The node let go of the old transport, so there is an offer for a new one; the old is passed over.
        Assert.Equal(["welcome", "welcome", "admitted", "admitted", "offer"], await scene.Types(patient));

        await scene.Send(patient, "leave");
        await scene.Enter(patient);
        Assert.Equal("lobby", (await scene.Row(patient))!.State);
    }

    [Theory, BothDialects]
    public async Task Silence_alone_is_no_departure_while_media_flows_or_while_we_did_not_listen(Dialect dialect)
    {
        var (stage, scene, node) = await Open(dialect);
        await using var _ = stage;
        var clinician = await scene.Entered("clinician");
        await scene.Send(clinician, "connect");
        await scene.Send(clinician, "join");
        var epoch = (int)(await scene.CallRow()).PlacementEpoch;
        var report = new PeerReport(TypedId.Parse<CallId>(scene.Call), TypedId.Parse<ParticipantId>(clinician.Participant), 1, epoch, "connected");
        await FirstRing.Signaling.Placement.PeerReports.Take(stage.Log, stage.Reconciler, new ReportPeers(node.Name, node.Incarnation, [report]), default);
        await stage.Pass(90);
        await FirstRing.Signaling.Placement.Silence.Sweep(stage.Log, stage.Reconciler.Nudge, default);
        Assert.Equal("admitted", (await scene.Row(clinician))!.State);

        await FirstRing.Signaling.Placement.PeerReports.Take(stage.Log, stage.Reconciler, new ReportPeers(node.Name, node.Incarnation, [report with { State = "disconnected" }]), default);
        // As after a start of ours: nobody had the chance to be seen yet.
        stage.Test.Clock.Advance(TimeSpan.FromSeconds(30));
        await stage.Beat();
        await stage.Reconciler.Sweep(default);
        Assert.Equal("admitted", (await scene.Row(clinician))!.State);
        await stage.Pass(70);
        await FirstRing.Signaling.Placement.Silence.Sweep(stage.Log, stage.Reconciler.Nudge, default);
        Assert.Equal(("left", "lost-in-call"), ((await scene.Row(clinician))!.State, (await scene.Row(clinician))!.LeftReason));
    }

    [Theory, BothDialects]
    public async Task A_pass_into_another_clinics_call_or_under_another_role_or_visit_opens_nothing(Dialect dialect)
    {
        var (stage, scene, _) = await Open(dialect);
        await using var __ = stage;
        var patient = await scene.Entered("patient");
        Assert.Equal(Entry.Refused, await scene.Enter(patient with { Tenant = new TenantId(Platform.Ids.NewId.Random()).ToString() }));
        Assert.Equal(Entry.Refused, await scene.Enter(patient with { Role = "clinician" }));
        Assert.Equal(Entry.Refused, await scene.Enter(patient with { Visit = new VisitId(Platform.Ids.NewId.Random()).ToString() }));
        Assert.Single(await scene.Rows());
    }
}
