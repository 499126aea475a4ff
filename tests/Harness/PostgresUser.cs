namespace FirstRing.Tests.Harness;

/// <summary>Who runs PostgreSQL, which refuses root: a system user of its own, made when missing; ourselves where we are not root.</summary>
internal static class PostgresUser
{
    const string Name = "firstring-pg";

    /// <summary>The words before a command that is to run as that user; none where we are not root.</summary>
    public static IReadOnlyList<string> Prefix { get; } = Make();

    static IReadOnlyList<string> Make()
    {
        if (!Environment.IsPrivilegedProcess) return [];
        // Several test processes may start at once: whoever makes the user, it is there afterwards.
        for (var attempt = 0; Id("-u") is null; attempt++)
        {
            var (status, output) = SystemCommand.Try("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", Name);
            if (status != 0 && attempt == 20) throw new InvalidOperationException($"The system user {Name} could not be made: {output}");
        }
        return ["setpriv", $"--reuid={Id("-u")}", $"--regid={Id("-g")}", "--clear-groups"];
    }

    public static void Give(string path)
    {
        if (Prefix.Count > 0) SystemCommand.Run("chown", $"{Name}:", path);
    }

    static string? Id(string which) => SystemCommand.Try("id", which, Name) is (0, var output) ? output.Trim() : null;
}
