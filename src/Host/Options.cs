namespace FirstRing.Host;

/// <summary>What the command line says. Unknown words are refused, so that a typo does not start something else.</summary>
public sealed record Options(string Verb, string Data, int Port, string? Postgres, string Target, bool Split, IReadOnlyList<string> MediaAddresses, string? Keys,
    string? To = null, string? From = null)
{
    /// <summary>Whether a fresh data folder gets a demo clinic.</summary>
    public bool Demo { get; init; } = true;

    /// <summary>Which recording `recording-export` is about.</summary>
    public string? Recording { get; init; }

    /// <summary>Media nodes of a split fleet.</summary>
    public int MediaNodes { get; init; } = 1;

    /// <summary>What `clinic` wants to know.</summary>
    public ClinicWords Clinic { get; init; } = new("", "", "", "", "");

    /// <exception cref="ArgumentException">A word that is not known, or a value that is missing.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options(arguments.Length > 0 ? arguments[0] : "help", "data", 8443, null, Targets.All, false, [], null);
        for (var i = 1; i < arguments.Length; i++)
        {
            string Value() => ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} wants a value.");
            options = arguments[i] switch
            {
                "--data" => options with { Data = Value() },
                "--port" => options with { Port = int.TryParse(Value(), out var port) && port is >= 0 and <= 65535 ? port : throw new ArgumentException("--port wants 0–65535.") },
                "--postgres" => options with { Postgres = Value() },
                "--keys" => options with { Keys = Value() },
                "--target" => options with { Target = Value() },
                "--media-address" => options with { MediaAddresses = [.. options.MediaAddresses, Value()] },
                "--media-nodes" => options with { MediaNodes = int.TryParse(Value(), out var nodes) && nodes is >= 1 and <= 64 ? nodes : throw new ArgumentException("--media-nodes wants 1–64.") },
                "--to" => options with { To = Value() },
                "--recording" => options with { Recording = Value() },
                "--from" => options with { From = Value() },
                "--split" => options with { Split = true },
                "--no-demo" => options with { Demo = false },
                "--name" => options with { Clinic = options.Clinic with { Name = Value() } },
                "--phone" => options with { Clinic = options.Clinic with { Phone = Value() } },
                "--zone" => options with { Clinic = options.Clinic with { Zone = Value() } },
                "--majority" => options with { Clinic = options.Clinic with { MajorityAge = int.Parse(Value(), System.Globalization.CultureInfo.InvariantCulture) } },
                "--admin" => options with { Clinic = options.Clinic with { AdminName = Value() } },
                "--email" => options with { Clinic = options.Clinic with { AdminEmail = Value() } },
                var other => throw new ArgumentException($"'{other}' is not known here."),
            };
        }
        return options;
    }
}

/// <summary>A clinic as its operator names it, and its first admin.</summary>
public sealed record ClinicWords(string Name, string Phone, string Zone, string AdminName, string AdminEmail, int MajorityAge = 18);
