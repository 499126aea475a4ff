using System.IO.Compression;
using System.Text;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Leaks;
using FirstRing.Tests.Journeys.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Journeys.Canary;

/// <summary>What a page puts into its browser's stores lies in the profile, and is found there.</summary>
public sealed class ProfileHolds(Platforms platforms)
{
    const string Store = """
        async ([local, session, base, cached]) => {
          localStorage.setItem("a", local);
          sessionStorage.setItem("a", session);
          await new Promise((done) => {
            const open = indexedDB.open("a");
            open.onupgradeneeded = () => open.result.createObjectStore("a");
            open.onsuccess = () => { const put = open.result.transaction("a", "readwrite"); put.objectStore("a").put({ text: base }, 1); put.oncomplete = done; };
          });
          await (await fetch("/cached")).text();
          await (await caches.open("a")).put("/kept", new Response(cached));
        }
        """;

    [Fact]
    public async Task What_a_page_leaves_in_its_browser_is_found_in_the_profile()
    {
        await platforms.Of(Shape.OneProcess); // whose key the browsers are told to trust
        var planted = new Planted();
        var response = planted.Text("a response that the browser may keep", "Zoë {0}");
        await using var server = await Serve(response);
        var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var folder = new TempFolder();
        await using (var party = await Party.Arrive("reader", 2, profile: folder.Path))
        {
            await party.Open(new Uri($"{address}/?name={planted.Text("an address")}"));
            await party.Page.EvaluateAsync(Store, new[] { planted.Text("localStorage", "Zoë {0}"), planted.Text("sessionStorage", "Čapek {0}"), planted.Text("IndexedDB", "Čapek {0}"), planted.Text("a cache of the page", "Zoë {0}") });
        }
        var found = new LeakSearch(planted.All).Folder("profile", folder.Path).Leaks;
        Assert.Equal(planted.All.Select(marker => marker.What).Order(), found.Select(leak => leak.What).Distinct().Order());
        Assert.Contains(found, leak => leak.What == planted.All[0].What && leak.Where.Contains("unpacked", StringComparison.Ordinal));
    }

    static async Task<WebApplication> Serve(string text)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/", () => Results.Content("<!doctype html><title>x</title>", "text/html"));
        app.MapGet("/cached", async http =>
        {
            http.Response.Headers.CacheControl = "max-age=3600";
            http.Response.Headers.ContentEncoding = "br";
            http.Response.ContentType = "text/plain; charset=utf-8";
            using var packed = new MemoryStream();
            await using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal)) await brotli.WriteAsync(Encoding.UTF8.GetBytes($"words before {text} words after"));
            await http.Response.Body.WriteAsync(packed.ToArray());
        });
        await app.StartAsync();
        return app;
    }
}
