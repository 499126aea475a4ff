using System.Diagnostics;
using System.Globalization;
using FirstRing.Platform.Storage;
using Npgsql;

namespace FirstRing.Platform.Backup;

/// <summary>PostgreSQL's own pg_dump and pg_restore, at least as new as the server. They get the connection by their environment: nothing of it is in a command line.</summary>
public static class PostgresTools
{
    const string Installed = "/usr/lib/postgresql", Authorities = "/etc/ssl/certs/ca-certificates.crt";

    /// <summary>Hands the database's dump, as it stood in <paramref name="snapshot"/>, to <paramref name="take"/>.</summary>
    /// <exception cref="InvalidOperationException">The tool is not here, or it failed.</exception>
    public static Task Dump(string connectionString, string snapshot, Action<Stream> take, CancellationToken stop) =>
        Run("pg_dump", ["--format=custom", "--compress=1", "--no-owner", "--no-privileges", $"--snapshot={snapshot}"], connectionString,
            process => take(process.StandardOutput.BaseStream), stop);

    /// <summary>Loads a dump, which <paramref name="give"/> writes, in one transaction.</summary>
    /// <exception cref="InvalidOperationException">The tool is not here, or it failed.</exception>
    public static Task Load(string connectionString, Action<Stream> give, CancellationToken stop) =>
        Run("pg_restore", ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", $"--dbname={new NpgsqlConnectionStringBuilder(connectionString).Database}"],
            connectionString, process =>
            {
                using var input = process.StandardInput.BaseStream;
                give(input);
            }, stop);

    static async Task Run(string tool, IReadOnlyList<string> words, string connectionString, Action<Process> carry, CancellationToken stop)
    {
        var start = new ProcessStartInfo(PathOf(tool), words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in Environment(connectionString)) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(stop);
            Exception? broken = null;
            try { await Task.Run(() => carry(process), stop); }
            catch (IOException failure) { broken = failure; } // it went away; its own words tell more
            await process.WaitForExitAsync(stop);
            if (process.ExitCode != 0 || broken is not null)
                throw new InvalidOperationException($"{tool} ended with {process.ExitCode}: {Said(tool, await errors)}", broken);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    // Its error lines alone: what follows them can quote a row.
    static string Said(string tool, string errors) =>
        string.Join(' ', errors.Split('\n').Where(line => line.StartsWith($"{tool}: error:", StringComparison.Ordinal)).Select(line => line.Split("COPY")[0]));

    static IEnumerable<(string, string?)> Environment(string connectionString)
    {
        var to = new NpgsqlConnectionStringBuilder(PostgresSource.Guarded(connectionString));
        yield return ("PGHOST", to.Host);
        yield return ("PGPORT", to.Port.ToString(CultureInfo.InvariantCulture));
        yield return ("PGUSER", to.Username);
        yield return ("PGPASSWORD", to.Password);
        yield return ("PGDATABASE", to.Database);
        yield return ("PGSSLMINPROTOCOLVERSION", "TLSv1.3");
        yield return ("PGSSLMODE", to.SslMode == SslMode.VerifyFull ? "verify-full" : "prefer");
        if (to.SslMode == SslMode.VerifyFull) yield return ("PGSSLROOTCERT", to.RootCertificate ?? Authorities);
    }

    // The newest of Debian's, else whatever the path finds.
    static string PathOf(string tool)
    {
        var own = Directory.Exists(Installed)
            ? Directory.GetDirectories(Installed).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin", tool)).FirstOrDefault(File.Exists)
            : null;
        return own ?? (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"{tool} is not on this machine. Debian: apt-get install postgresql-client, at least as new as the server.");
    }
}
