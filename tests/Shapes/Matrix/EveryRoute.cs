using System.Text;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Host;
using FirstRing.Platform.Http;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>
/// Every route at the public door, asked on a running platform by everyone there is: every role of staff of its own and of another clinic, every seat of a visit, nobody. What is declared is served and
/// nothing else is, and nobody is told a word of another clinic.
/// </summary>
[Collection(SharedClinics.Name)]
public sealed class EveryRoute(SharedClinics shared)
{
    // Answered with WebSockets: asked apart below.
    static readonly string[] Sockets = ["GET /signal/ws", "CONNECT /signal/ws"];

    [Fact]
    public async Task Every_route_serves_whom_it_names_and_nobody_else()
    {
        var routes = (await RouteTable.Read()).Door.Where(route => !Sockets.Contains(Name(route))).ToList();
        Assert.Empty(routes.Select(Name).Except(DoorRows.All.Keys).Select(name => $"{name} has no row in DoorRows: say how it is asked"));
        Assert.Empty(DoorRows.All.Keys.Except(routes.Select(Name)));
        var all = shared.All;
        using var door = new AtTheDoor(all);
        var everyone = await Visitor.Everyone(all);
        var (asked, granted, wrong) = (0, 0, new List<string>());
        foreach (var route in routes)
        {
            var row = DoorRows.All[Name(route)];
            if (route.Access.Proof is DoorProof.Secret or DoorProof.None)
            {
                await Served(route, row, everyone[0], await row.Make(all, all.Own, everyone[0]));
                if (row.Anothers is not null) await Refused(route, everyone[0], await row.Anothers(all, all.Own, everyone[0]), "with another secret");
                continue;
            }
            foreach (var visitor in everyone)
                if (!visitor.MayUse(route.Access, row.Begun)) await Barred(route, visitor, await row.Make(all, visitor.Clinic ?? all.Own, visitor));
                else
                {
                    await Served(route, row, visitor, await row.Make(all, visitor.Clinic!, visitor));
                    if (row.Names) await Refused(route, visitor, await row.Make(all, visitor.Clinic == all.Own ? all.Other : all.Own, visitor), "about the other clinic's");
                    if (row.Anothers is not null && !(row.ByDesk && visitor.Staff is (StaffRole.FrontDesk or StaffRole.Admin))) await Refused(route, visitor, await row.Anothers(all, visitor.Clinic!, visitor), "about somebody else's");
                }
        }
        Assert.True(wrong.Count == 0, $"{string.Join('\n', wrong)}\n{all.Platform.Log}");
        Console.Write($"\nfigure: access, door: {routes.Count} routes, {asked} requests of {everyone.Count} kinds of visitors of two clinics, {granted} grants, 0 unexpected, 0 unexpected refusals\n");

        async Task Served(DoorRoute route, DoorRow row, Visitor visitor, DoorAsk ask)
        {
            var heard = await Ask(route, visitor, ask);
            if (row.OnlyReached ? heard.Status < 500 && heard.Code is not ("not-signed-in" or "code-needed" or "factor-missing" or "no-pass" or "not-allowed") : heard.Served) granted++;
            else wrong.Add($"{Name(route)} refuses {visitor.Name}: {heard}");
        }

        async Task Barred(DoorRoute route, Visitor visitor, DoorAsk ask)
        {
            if (await Ask(route, visitor, ask) is { Barred: false } heard) wrong.Add($"{Name(route)} lets {visitor.Name} in: {heard}");
        }

        async Task Refused(DoorRoute route, Visitor visitor, DoorAsk ask, string what)
        {
            if (await Ask(route, visitor, ask) is { } heard && (heard.Served || heard.Status >= 500)) wrong.Add($"{Name(route)} serves {visitor.Name} {what}: {heard}");
        }

        async Task<DoorHeard> Ask(DoorRoute route, Visitor visitor, DoorAsk ask)
        {
            asked++;
            var heard = await door.Ask(route.Method, ask, visitor);
            foreach (var clinic in (Clinic[])[all.Own, all.Other])
                if (visitor.Clinic is not null && visitor.Clinic != clinic && clinic.Names.FirstOrDefault(name => heard.Body.Contains(name, StringComparison.Ordinal)) is { } told)
                    wrong.Add($"{Name(route)} tells {visitor.Name} of {told}");
            return heard;
        }
    }

    [Fact]
    public async Task A_thread_is_read_by_its_own_visit_alone()
    {
        var all = shared.All;
        using var door = new AtTheDoor(all);
        var everyone = (await Visitor.Everyone(all)).Where(visitor => visitor.Pass is not null).ToDictionary(visitor => visitor.Name);
        var text = $"It hurts {Guid.NewGuid():N}";
        Assert.True((await door.Ask("POST", new DoorAsk("/messages", Json: JsonSerializer.Serialize(new { id = Guid.NewGuid(), text })), everyone["patient"])).Served);
        foreach (var (name, visitor) in everyone)
            Assert.True(name is "patient" or "clinician in the visit" == (await door.Ask("GET", new DoorAsk("/messages"), visitor)).Body.Contains(text, StringComparison.Ordinal), name);
    }

    [Fact]
    public async Task A_socket_opens_to_a_pass_and_to_nothing_else()
    {
        var all = shared.All;
        using var raw = new Raw(all.Platform.Door);
        var pass = (await Visitor.Everyone(all)).First(visitor => visitor.Pass is not null).Pass!;
        Assert.NotEmpty((await raw.Socket([Hello(pass)], frames => frames.Count > 0)).Frames);
        Assert.NotNull((await raw.Socket([Hello("none")], _ => false)).Closed);

        static byte[] Hello(string with) => JsonSerializer.SerializeToUtf8Bytes(new { hello = new { pass = with } });
    }

    static string Name(DoorRoute route) => $"{route.Method} {route.Path}";
}
