using System.Globalization;

namespace FirstRing.Host;

/// <summary>What a start prints.</summary>
internal static class Announcement
{
    public static async Task Ready(DataFolder folder, int port, TimeSpan took)
    {
        var text = Console.Out;
        if (folder.DemoSecret is not null)
        {
            var signIn = folder.At("stores", "identity", "demo-sign-in.txt");
            await text.WriteLineAsync("This is a DEMO clinic: no real patients. A visit starting now, with both its links: ./firstring demo-visit --data " + folder.Path);
            if (File.Exists(signIn)) await text.WriteLineAsync("Sign in as its clinician: " + (await File.ReadAllTextAsync(signIn)).ReplaceLineEndings(" ").Trim());
        }
        await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"started in {took.TotalMilliseconds:F0} ms"));
        await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"ready https://localhost:{port}"));
        await text.FlushAsync();
    }
}
