using FirstRing.Tests.Harness.Running;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>A patient and a clinician in one visit, each in a browser of their own.</summary>
internal sealed class Visiting : IAsyncDisposable
{
    Visiting(RunningPlatform platform, DemoVisit visit, Party patient, Party clinician) =>
        (Platform, Visit, Patient, Clinician) = (platform, visit, patient, clinician);

    public RunningPlatform Platform { get; }
    public DemoVisit Visit { get; }
    public Party Patient { get; }
    public Party Clinician { get; }

    /// <summary>Lobby and workspace are open, nobody has pressed anything.</summary>
    public static async Task<Visiting> Open(RunningPlatform platform, Uri? patientsDoor = null, Picture? picture = null, bool patientsUdp = true, string? patientsRelay = null, string? cliniciansRelay = null, Uri? patientsProxy = null)
    {
        var visit = await platform.DemoVisit();
        var clinician = await Party.Arrive("clinician", 0, picture, relay: cliniciansRelay);
        var patient = await Party.Arrive("patient", 1, picture, udp: patientsUdp, relay: patientsRelay, proxy: patientsProxy);
        var both = new Visiting(platform, visit, patient, clinician);
        await patient.Open(patientsDoor is null ? visit.Patient : new Uri(patientsDoor, visit.Patient.PathAndQuery));
        await clinician.Open(visit.Clinician);
        return both;
    }

    /// <summary>The patient has joined and been admitted; both are in the call.</summary>
    public static async Task<Visiting> InCall(RunningPlatform platform, Uri? patientsDoor = null, Picture? picture = null)
    {
        var visiting = await Open(platform, patientsDoor, picture);
        await visiting.Join(visiting.Patient);
        // What one of them waits for in vain is often to be seen at the other.
        try { await visiting.Patient.Reaches("in-call"); }
        catch (TimeoutException why) { throw new TimeoutException($"{why.Message} {await visiting.Clinician.Describe()}", why); }
        await visiting.Clinician.Reaches("in-call");
        return visiting;
    }

    /// <summary>Someone presses Join and waits; the clinician sees it and lets them in.</summary>
    public async Task Join(Party someone)
    {
        await someone.Part("join").ClickAsync();
        await someone.Reaches("waiting");
        await Clinician.Part("admit").First.ClickAsync();
    }

    /// <summary>The media node's own counters say that so many people's packets came, went and were forwarded.</summary>
    public async Task IsCountedBySfu(int people)
    {
        var counted = await Inside.Statistics(Platform, (await Patient.Claims()).Call);
        Assert.Equal(people, counted.Peers.Count(peer => peer.Admitted));
        Assert.All(counted.Peers, peer => Assert.True(peer is { PacketsIn: > 100, PacketsOut: > 100, PacketsForwarded: > 100, AuthenticationFailures: 0 }, $"{peer}"));
    }

    /// <summary>The node knows both paths by what the browsers report, and that they carry so much (bit/s).</summary>
    public async Task PathsAreKnownToCarry(long bitsPerSecond)
    {
        var call = (await Patient.Claims()).Call;
        await Eventually.True($"both paths at {bitsPerSecond} bit/s",
            async () => (await Inside.Statistics(Platform, call)).Peers.All(peer => peer.PathBitsPerSecond >= bitsPerSecond),
            async () => string.Join("; ", (await Inside.Statistics(Platform, call)).Peers));
    }

    /// <summary>Each browser sends its sound with the sound before it (RFC 2198), and is sent the other's so. Chromium's own counters call both Opus.</summary>
    public async Task SoundIsRepeatedBothWays()
    {
        var call = (await Patient.Claims()).Call;
        await Eventually.True("sound repeated both ways",
            async () => (await Inside.Statistics(Platform, call)).Peers.All(peer => peer is { RepeatedSoundIn: > 100, RepeatedSoundOut: > 100 }),
            async () => string.Join("; ", (await Inside.Statistics(Platform, call)).Peers));
    }

    /// <summary>No page threw, whatever else happened.</summary>
    public void NothingWentWrong()
    {
        Assert.Empty(Patient.Mistakes);
        Assert.Empty(Clinician.Mistakes);
    }

    public async ValueTask DisposeAsync()
    {
        await Patient.DisposeAsync();
        await Clinician.DisposeAsync();
    }
}
