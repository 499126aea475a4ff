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
            if (File.Exists(signIn))
                foreach (var line in await File.ReadAllLinesAsync(signIn)) await Terminal.Say(SignIn(line.Split(' ')));
        }
        await Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"started in {took.TotalMilliseconds:F0} ms"));
        await Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"ready https://localhost:{port}"));
    }

    // An older folder's staff set up their codes when they first sign in.
    static string SignIn(string[] words) => words is [var email, var password, var secret]
        ? $"Sign in as {email} with the password {password} and a code of the secret {secret} (any authenticator app takes it)"
        : "Sign in as " + string.Join(' ', words);
}
