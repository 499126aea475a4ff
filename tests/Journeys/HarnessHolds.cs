using FirstRing.Tests.Journeys.Harness;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys;

/// <summary>The instruments themselves: an ear that tells voices apart, and says nothing in silence.</summary>
public sealed class HarnessHolds(Platforms platforms)
{
    const string Loopback = """
        <!doctype html><audio autoplay></audio><script>
        window.begin = async () => {
          const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
          near.onicecandidate = (e) => far.addIceCandidate(e.candidate);
          far.onicecandidate = (e) => near.addIceCandidate(e.candidate);
          far.ontrack = (e) => { const to = document.querySelector("audio"); to.srcObject = e.streams[0]; to.play(); };
          const own = await navigator.mediaDevices.getUserMedia({ audio: true });
          own.getTracks().forEach((track) => near.addTrack(track, own));
          await near.setLocalDescription(); await far.setRemoteDescription(near.localDescription);
          await far.setLocalDescription(); await near.setRemoteDescription(far.localDescription);
        };
        </script>
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task An_ear_tells_whose_voice_it_is(int voice)
    {
        await platforms.Of(Shape.OneProcess);
        await using var party = await Party.Arrive("listener", voice);
        await party.Context.RouteAsync("https://localhost/loopback", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html", Body = Loopback }));
        await party.Open(new Uri("https://localhost/loopback"));

        Assert.Empty(await party.Heard());
        await party.Page.EvaluateAsync("begin()");
        await party.Hears(party);
        await party.Page.EvaluateAsync("document.querySelector('audio').muted = true");
        Assert.Empty(await party.Heard());
    }
}
