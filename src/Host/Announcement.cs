using System.Globalization;

namespace FirstRing.Host;

/// <summary>What a start prints.</summary>
internal static class Announcement
{
    public static async Task Ready(DataFolder folder, int port, TimeSpan took)
    {
        if (folder.DemoSecret is not null)
        {
            var signIn = folder.At("stores", "identity", "demo-sign-in.txt");
            await Terminal.Say("This is a DEMO clinic: no real patients. A visit starting now, with both its links: ./firstring demo-visit --data " + folder.Path);
            if (File.Exists(signIn)) await Terminal.Say("Sign in as its clinician: " + (await File.ReadAllTextAsync(signIn)).ReplaceLineEndings(" ").Trim());
        }
        await Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"started in {took.TotalMilliseconds:F0} ms"));
        await Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"ready https://localhost:{port}"));
    }
}
