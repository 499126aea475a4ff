using System.Reflection;

namespace FirstRing.Host;

/// <summary>Each module's settings, as its own section.</summary>
internal static class Settings
{
    public static Dictionary<string, string?> Of(Options options, DataFolder folder)
    {
        var settings = new Dictionary<string, string?>
        {
            ["identity:PassKey"] = folder.PassKey,
            ["identity:Demo"] = folder.DemoSecret is null ? "false" : "true",
            ["identity:Operator"] = folder.OperatorSecret,
            ["web:Demo:Secret"] = folder.DemoSecret,
            ["web:Release"] = Release,
            ["audit:Segments"] = folder.At("audit", "segments"),
            ["signaling:Region"] = "local",
            ["media:Node"] = options.Target is Targets.All or "media" ? "media-1" : options.Target,
            ["media:Region"] = "local",
            ["media:Address"] = options.Verb == "target" && Targets.ServiceOf(options.Target) == "media" ? ServiceAddresses.Read(folder).AddressOf(options.Target).ToString() : "in-process",
        };
        foreach (var (key, value) in Store(folder).AsEnumerable())
            if (value is not null) settings[$"audit:{key}"] = value;
        foreach (var (key, value) in Mail(folder).AsEnumerable())
            if (value is not null) settings[$"notifications:{key}"] = value;
        if (settings.TryGetValue("notifications:Smtp:PasswordFile", out var file)) settings["notifications:Smtp:Password"] = File.ReadAllText(folder.At(file!)).Trim();
        foreach (var row in ModuleTable.Rows.Where(row => row.Files.Count > 0)) settings[$"{row.Name}:Scanner"] = Uploads(folder)["Scanner"];
        for (var i = 0; i < options.MediaAddresses.Count; i++) settings[$"media:Addresses:{i}"] = options.MediaAddresses[i];
        foreach (var (i, row) in ModuleTable.Rows.Where(row => row.Store).Index()) settings[$"keys:Stores:{i}"] = row.Name;
        return settings;
    }

    /// <summary>The operator's mail server, from <c>mail.json</c> in the data folder; nothing where there is none.</summary>
    static IConfiguration Mail(DataFolder folder) => new ConfigurationBuilder().AddJsonFile(folder.At("mail.json"), optional: true).Build();

    /// <summary>The operator's store for segments of the audit log, from <c>audit.json</c> in the data folder; nothing where there is none.</summary>
    public static IConfiguration Store(DataFolder folder)
    {
        var settings = new ConfigurationBuilder().AddJsonFile(folder.At("audit.json"), optional: true).Build();
        foreach (var file in (string[])["Store:KeyFile", "Egress:Roots"]) if (settings[file] is { Length: > 0 } path) settings[file] = folder.At(path);
        return settings;
    }

    /// <summary>The operator's file scanner, from <c>uploads.json</c> in the data folder; nothing where there is none.</summary>
    static IConfiguration Uploads(DataFolder folder) => new ConfigurationBuilder().AddJsonFile(folder.At("uploads.json"), optional: true).Build();

    /// <summary>Version and commit of this build.</summary>
    public static string Release { get; } =
        typeof(Settings).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion is { } version
            ? version.Length > 20 ? version[..20] : version
            : "dev";
}
