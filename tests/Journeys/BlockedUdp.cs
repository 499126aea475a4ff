using System.Diagnostics;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;

namespace FirstRing.Tests.Journeys;

/// <summary>A patient whose network lets no UDP through gets into the call by itself, by TCP.</summary>
public sealed class BlockedUdp(Platforms platforms)
{
    static readonly int Visits = Slow.All ? 10 : 1;

    [Fact]
    public async Task A_patient_without_udp_is_in_the_call_by_tcp_and_both_see_and_hear_each_other()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        var (entries, connections) = (new List<double>(), new List<double>());
        for (var i = 0; i < Visits; i++)
        {
            await using var visit = await Visiting.Open(platform, patientsUdp: false, patientsRelay: "none");
            await visit.Patient.Part("join").ClickAsync();
            await visit.Patient.Reaches("waiting");
            var watch = Stopwatch.StartNew();
            await visit.Clinician.Part("admit").First.ClickAsync();
            await visit.Patient.Reaches("in-call");
            entries.Add(watch.Elapsed.TotalSeconds);
            await visit.Clinician.Reaches("in-call");

            var way = Assert.Single(await visit.Patient.Ways());
            Assert.Equal(["tcp"], way.Own); // else UDP was not blocked
            Assert.Equal(("tcp", "tcp"), (way.Local, way.Remote));
            connections.Add(way.Took / 1000);
            await visit.Clinician.Hears(visit.Patient);
            await visit.Patient.Hears(visit.Clinician);
            await visit.Patient.Sees(1, frames: 50, width: 640, height: 360);
            await visit.Clinician.Sees(1, frames: 50, width: 640, height: 360);
            await visit.IsCountedBySfu(2);
            visit.NothingWentWrong();
        }
        Figure.Print($"UDP blocked, in the call by TCP: {Median(connections):F2} s from the connection's making to its being connected, {Median(entries):F2} s from the clinician's yes to the call (bar 4), of {Visits}");
    }

    [Fact]
    public async Task Whose_browser_goes_by_the_relay_alone_is_in_the_call_whether_it_reaches_that_by_udp_or_by_tcp()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        await using var visit = await Visiting.Open(platform, patientsUdp: false, patientsRelay: "tcp", cliniciansRelay: "udp");
        await visit.Join(visit.Patient);
        await visit.Patient.Reaches("in-call");
        await visit.Clinician.Reaches("in-call");
        foreach (var (party, protocol) in new[] { (visit.Patient, "tcp"), (visit.Clinician, "udp") })
        {
            var way = Assert.Single(await party.Ways());
            Assert.Equal((protocol, "udp"), (way.Relay, way.Remote)); // the node's own sockets are UDP
            Assert.Empty(way.Own);
            Figure.Print($"by the relay over {protocol}: {way.Took / 1000:F2} s from the connection's making to its being connected");
        }
        await visit.Clinician.Hears(visit.Patient);
        await visit.Patient.Hears(visit.Clinician);
        await visit.Patient.Sees(1, frames: 50, width: 640, height: 360);
        await visit.Clinician.Sees(1, frames: 50, width: 640, height: 360);
        await visit.IsCountedBySfu(2);
        visit.NothingWentWrong();
    }

    [Fact]
    public async Task A_patient_who_reaches_nothing_but_the_https_port_is_in_the_call_by_the_relay_behind_it()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        await using var network = new OnlyHttps(platform.Door.Port);
        await using var visit = await Visiting.Open(platform, patientsUdp: false, patientsProxy: network.Proxy);
        await visit.Patient.Part("join").ClickAsync();
        await visit.Patient.Reaches("waiting");
        var watch = Stopwatch.StartNew();
        await visit.Clinician.Part("admit").First.ClickAsync();
        await visit.Patient.Reaches("in-call");
        var entry = watch.Elapsed.TotalSeconds;
        await visit.Clinician.Reaches("in-call");
        var way = Assert.Single(await visit.Patient.Ways());
        Assert.Equal("tls", way.Relay);
        Assert.NotEmpty(network.Refused); // the node's own ports were tried
        Assert.DoesNotContain(platform.Door.Port, network.Refused);
        await visit.Clinician.Hears(visit.Patient);
        await visit.Patient.Hears(visit.Clinician);
        await visit.Patient.Sees(1, frames: 50, width: 640, height: 360);
        await visit.Clinician.Sees(1, frames: 50, width: 640, height: 360);
        await visit.IsCountedBySfu(2);
        visit.NothingWentWrong();
        Figure.Print($"only the HTTPS port: {way.Took / 1000:F2} s from the connection's making to its being connected, {entry:F2} s from the clinician's yes to the call (bar 5)");
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
