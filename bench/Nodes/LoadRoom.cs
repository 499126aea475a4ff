using FirstRing.Bench.Load;
using FirstRing.Bench.Machine;
using Microsoft.Playwright;

namespace FirstRing.Bench.Nodes;

/// <summary>A visit of two played by the load client: signaling by long poll and sends, ICE, DTLS and SRTP with sound.</summary>
internal sealed class LoadRoom(LoadMember patient, LoadMember clinician) : IRoom
{
    public IReadOnlyList<LoadMember> Members { get; } = [patient, clinician];

    /// <summary>Both are in the call; nothing is waited for beyond that.</summary>
    public static async Task<LoadRoom> Open(IAPIRequest requests, IAPIRequestContext login, VisitLinks links, LoadLoop loop, TimeProvider clock, CancellationToken stop)
    {
        var clinician = await LoadMember.SignedIn(requests, login, links, loop, clock);
        var patient = await LoadMember.ByLink(requests, links, loop, clock);
        foreach (var one in (LoadMember[])[clinician, patient]) await one.Begin(stop);
        foreach (var one in (LoadMember[])[clinician, patient]) await one.Send("join", "{}");
        await clinician.Send("admit", $$"""{"participant":"{{patient.Participant}}"}""");
        return new LoadRoom(patient, clinician);
    }

    /// <summary>Looks at what came since the last look.</summary>
    public void Look(double now)
    {
        foreach (var one in Members) one.Look(now);
    }

    public Task<Heard> Since(double at, double now)
    {
        var worst = new Heard(0, 0, true);
        foreach (var one in Members)
        {
            var (gap, back, isBack) = one.Since(at, now);
            worst = new Heard(Math.Max(worst.GapMs, gap), Math.Max(worst.BackMs, back), worst.IsBack && isBack);
        }
        return Task.FromResult(worst);
    }
}
