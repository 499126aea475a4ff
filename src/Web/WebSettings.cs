using Microsoft.Extensions.Configuration;

namespace FirstRing.Web;

/// <summary><paramref name="DemoSecret"/> is null where there is no demo clinic: then nothing of the demo exists.</summary>
internal sealed record WebSettings(string Release, string? DemoSecret)
{
    public static WebSettings From(IConfiguration settings) =>
        new(settings["Release"] ?? "dev", settings["Demo:Secret"] is { Length: > 0 } secret ? secret : null);
}
