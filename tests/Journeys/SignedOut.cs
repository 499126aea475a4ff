using System.Diagnostics;
using System.Net;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;

namespace FirstRing.Tests.Journeys;

/// <summary>A clinician's login ends in the middle of a call: the page is sent away, the picture stops, and the pass opens nothing any more.</summary>
public sealed class SignedOut(Platforms platforms)
{
    static readonly TimeSpan Bar = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Shape.OneProcess)]
    [InlineData(Shape.SplitPostgres)]
    public async Task Whose_login_ends_is_out_of_the_call_within_a_minute(Shape shape)
    {
        var platform = await platforms.Of(shape);
        await using var visit = await Visiting.InCall(platform);
        await visit.Patient.Sees(1, frames: 30);
        var pass = await visit.Clinician.Pass();
        var claims = PassClaims.Read(pass);
        var login = (await visit.Clinician.Context.CookiesAsync()).Single(cookie => cookie.Name == "__Host-login").Value;
        using var elsewhere = DoorTrust.Client(platform.Door);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-out");
        request.Headers.Add("Cookie", $"__Host-login={login}");

        var since = Stopwatch.GetTimestamp();
        using var signedOut = await elsewhere.SendAsync(request);
        await visit.Clinician.Reaches("barred");
        await Eventually.True("the media node has let them go", async () => (await Inside.Statistics(platform, claims.Call)).Peers.All(peer => peer.Participant.ToString() != claims.Sub || !peer.Admitted), limit: Bar);
        var took = Stopwatch.GetElapsedTime(since);

        Figure.Print(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"login ended mid-call: {took.TotalSeconds:F1} s (bar {Bar.TotalSeconds:F0} s), {shape}"));
        Assert.True(took < Bar, $"it took {took}");
        using var raw = new Raw(platform.Door, pass);
        Assert.Equal(401, (await raw.Ask(HttpMethod.Get, "/signal/poll", null)).Status);
        Assert.Equal(401, (await raw.Ask(HttpMethod.Get, "/messages", null)).Status);
        Assert.Equal(HttpStatusCode.SeeOther, signedOut.StatusCode);
    }
}
