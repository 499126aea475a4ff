using System.Text.Json;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>From an empty data folder to a clinic with an admin, by the command line alone.</summary>
public sealed class FirstClinic
{
    static readonly string[] Words = ["--name", "Harbour Clinic", "--phone", "+1 202-555-0143", "--zone", "America/New_York", "--admin", "Mara Stone", "--email", "mara@harbour.invalid"];

    sealed record Opened(string Clinic, Uri Invitation);

    [Fact]
    public async Task Without_the_demo_the_command_line_opens_a_clinic_and_its_admin_comes_in_by_the_link()
    {
        await using var platform = await RunningPlatform.Start(more: ["--no-demo"]);
        Assert.DoesNotContain(platform.Lines, line => line.Contains("DEMO", StringComparison.Ordinal));
        var opened = await Open(platform);
        Assert.Equal(opened, await Open(platform));

        using var raw = new Raw(platform.Door);
        var page = await raw.Ask(HttpMethod.Get, opened.Invitation.AbsolutePath, headers: ("Accept", "text/html"));
        Assert.Contains("Mara Stone", page.Body);
        Assert.Contains("Harbour Clinic", page.Body);
        var taken = await raw.Ask(HttpMethod.Post, opened.Invitation.AbsolutePath, "password=seven+green+lanterns", "application/x-www-form-urlencoded", null, ("Origin", platform.Door.GetLeftPart(UriPartial.Authority)));
        Assert.True(taken.Status is 302 or 303 or 200, $"{taken.Status} {taken.Body}");
        var gone = await raw.Ask(HttpMethod.Get, opened.Invitation.AbsolutePath, headers: ("Accept", "text/html"));
        Assert.Equal(404, gone.Status);
    }

    [Fact]
    public async Task Without_the_folders_secret_nobody_opens_a_clinic()
    {
        await using var platform = await RunningPlatform.Start(more: ["--no-demo"]);
        using var raw = new Raw(platform.Door);
        var asked = JsonSerializer.Serialize(new { key = "0123456789abcdef", name = "Harbour Clinic", phone = "+1 202-555-0143", zone = "America/New_York", adminName = "Mara Stone", adminEmail = "mara@harbour.invalid" });
        foreach (var secret in (string[])["", "guessed"])
        {
            var said = await raw.Ask(HttpMethod.Post, "/operator/clinics", asked, headers: ("FirstRing-Operator", secret));
            Assert.Equal((403, "not-operator"), (said.Status, said.Code));
        }
        var file = Path.Combine(platform.Data, "operator.secret");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var right = await raw.Ask(HttpMethod.Post, "/operator/clinics", asked, headers: ("FirstRing-Operator", await File.ReadAllTextAsync(file)));
        Assert.Equal(200, right.Status);
    }

    static async Task<Opened> Open(RunningPlatform platform)
    {
        var (code, text, errors) = await Repository.Run(await Repository.Server, ["clinic", "--data", platform.Data, .. Words]);
        Assert.True(code == 0, $"clinic ended with {code}: {errors}");
        return JsonSerializer.Deserialize<Opened>(text, JsonSerializerOptions.Web)!;
    }
}
