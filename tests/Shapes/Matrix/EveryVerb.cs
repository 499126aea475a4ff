using System.Text.Json;
using System.Text.Json.Nodes;
using FirstRing.Contracts;
using FirstRing.Host;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>
/// Every verb of the route table, asked on a running platform as every service, for every role, for its own and for another clinic, about what is one's own and what is not. What is declared is
/// served and nothing else is: a verb that grants more, or that refuses whom it names, fails.
/// </summary>
[Collection(SharedClinics.Name)]
public sealed class EveryVerb(SharedClinics shared)
{
    static readonly string[] Secrets = ["login", "token", "password", "ceremony", "secret"];

    static readonly IReadOnlyList<string?> Roles =
        [.. Who.Staff, .. Who.Participants.Except(Who.Staff), Who.LinkHolder, Caller.AnyoneRole, Caller.ServiceRole, "root", null];

    sealed class Tally
    {
        public int Asked { get; set; }
        public int Granted { get; set; }
        public List<string> Wrong { get; } = [];
    }

    [Fact]
    public async Task Every_verb_serves_whom_it_names_and_nobody_else()
    {
        var table = await RouteTable.Read();
        Assert.Empty(table.Inside.Where(route => VerbRows.Of(route.Service, route.Verb) is null).Select(route => $"{route.Path} has no row in VerbRows: say how it is asked"));
        Assert.Empty(VerbRows.All.Keys.Except(table.Inside.Select(route => route.Path[1..])));
        var all = shared.All;
        var tally = new Tally();
        foreach (var route in table.Inside) await new Asking(all, route, VerbRows.Of(route.Service, route.Verb)!, tally).All();
        Assert.True(tally.Wrong.Count == 0, $"{string.Join('\n', tally.Wrong)}\n{all.Platform.Log}");
        Assert.True(tally.Granted > 200, $"only {tally.Granted} requests were served");
        Console.Write($"\nfigure: access, contracts: {table.Inside.Count} verbs, {tally.Asked} requests under {Roles.Count} roles of two clinics, {tally.Granted} grants, 0 unexpected, 0 unexpected refusals\n");
    }

    [Fact]
    public async Task No_event_is_brought_by_another_than_its_owner()
    {
        var all = shared.All;
        foreach (var route in (await RouteTable.Read()).Inside.Where(route => route.Verb == "events"))
            foreach (var type in ModuleTable.Row(route.Service).Consumes)
                foreach (var service in route.Callers.Where(service => !type.StartsWith($"{service}.", StringComparison.Ordinal)))
                    Assert.Equal((403, "not-allowed"), await all.Ask(route.Service, route.Verb, Caller.System(service), TwoClinics.Text(VerbRows.Event(all.Own, type))) is var heard ? (heard.Status, heard.Refused) : default);
    }

    /// <summary>One verb, asked by everyone.</summary>
    sealed class Asking(TwoClinics all, InsideRoute route, VerbRow row, Tally tally)
    {
        public async Task All()
        {
            var services = ModuleTable.Rows.Select(module => module.Name).Append(Targets.Gateway).ToList();
            var granted = route.Access.Grants.Keys.First();
            foreach (var service in services.Except(route.Callers))
                await Barred($"as {service}", Of(all.Own, service, granted), await Body(all.Own, Of(all.Own, service, granted)));
            foreach (var service in route.Callers)
            {
                var plain = await Body(all.Own, Of(all.Own, service, granted));
                foreach (var role in Roles.Where(role => role is null || !route.Access.Grants.ContainsKey(role)))
                    if (row.ByCertificate) await Served($"as {service} under {role}", Of(all.Own, service, role), await Body(all.Own, Of(all.Own, service, role)));
                    else await Barred($"as {service} under {role}", Of(all.Own, service, role), plain);
                foreach (var (role, reach) in route.Access.Grants) await Within(service, role, reach);
            }
        }

        async Task Within(string service, string role, Reach reach)
        {
            var (own, other) = (Of(all.Own, service, role), Of(all.Other, service, role));
            var where = $"as {service} for {role}";
            await Served(where, own, await Body(all.Own, own));
            if (row.ByCertificate) await Refused($"{where}, what is another's", own, TwoClinics.Text(await row.Anothers!(all, all.Own, own)));
            else if (reach == Reach.Secret) await WrongSecret(where, own);
            else if (reach == Reach.Platform)
            {
                if (route.NamesTenant) await Barred($"{where}, within another clinic", own with { Tenant = all.Other.Tenant.ToString() }, await Body(all.Own, own));
            }
            else
            {
                await Refused($"{where} of another clinic", other, await Body(all.Own, own), atTheGate: route.NamesTenant);
                await Barred($"{where}, of no clinic", own with { Tenant = null }, await Body(all.Own, own));
                await Barred($"{where}, nobody's", own with { Actor = null }, await Body(all.Own, own));
                await FromElsewhere($"{where} of another clinic, in its own name", other, (await Body(all.Own, own)).Replace(all.Own.Tenant.ToString(), all.Other.Tenant.ToString(), StringComparison.Ordinal));
                if (reach == Reach.Own && row is { AnothersIsSilent: true, Anothers: { } silent }) await Nothing($"{where}, what is another's", own, TwoClinics.Text(await silent(all, all.Own, own)));
                else if (reach == Reach.Own && !row.AnothersIsSilent) await Refused($"{where}, what is another's", own, TwoClinics.Text(await row.Anothers!(all, all.Own, own)));
            }
        }

        async Task WrongSecret(string where, Caller caller)
        {
            var body = JsonNode.Parse(await Body(all.Own, caller))!.AsObject();
            var shown = Secrets.Where(name => body[name] is not null).ToList();
            foreach (var name in shown) body[name] = Token.New();
            if (shown.Count > 0 && !row.WrongIsSilent) await Refused($"{where}, with another secret", caller, body.ToJsonString());
        }

        async Task FromElsewhere(string where, Caller caller, string body)
        {
            var heard = await Ask(caller, body);
            var told = all.Own.Names.Concat(row.HoldsWhatWasAsked ? [] : [all.Own.Visit.Id.ToString(), all.Own.Visit.Call.ToString()])
                .Where(text => !body.Contains(text, StringComparison.Ordinal) && heard.Body.Contains(text, StringComparison.Ordinal)).ToList();
            if (told.Count > 0) tally.Wrong.Add($"{route.Path} {where} tells {string.Join(", ", told)}");
            var right = row.Elsewhere switch
            {
                Elsewhere.Refused => !heard.Served,
                Elsewhere.Own => heard.Served,
                _ => heard.Status < 500 && (!heard.Served || IsEmpty(heard)),
            };
            if (right) tally.Granted += heard.Served ? 1 : 0;
            else tally.Wrong.Add($"{route.Path} {where} should be {row.Elsewhere}: {heard}");
        }

        async Task Nothing(string where, Caller caller, string body)
        {
            var heard = await Ask(caller, body);
            if (!heard.Served || !IsEmpty(heard)) tally.Wrong.Add($"{route.Path} {where} is not empty: {heard}");
        }

        static bool IsEmpty(Heard heard) => JsonDocument.Parse(heard.Body).RootElement.GetProperty("value").EnumerateObject().Single().Value.GetArrayLength() == 0;

        async Task Served(string where, Caller caller, string body)
        {
            var heard = await Ask(caller, body);
            if (row.OnlyReached ? heard.Status == 200 : heard.Served) tally.Granted++;
            else tally.Wrong.Add($"{route.Path} {where} is refused: {heard}");
        }

        async Task Barred(string where, Caller caller, string body) => await Refused(where, caller, body, atTheGate: true);

        async Task Refused(string where, Caller caller, string body, bool atTheGate = false)
        {
            var heard = await Ask(caller, body);
            if (atTheGate ? heard is not { Status: 403, Refused: "not-allowed" } : heard.Served || heard.Status >= 500) tally.Wrong.Add($"{route.Path} {where} is not refused: {heard}");
        }

        async Task<Heard> Ask(Caller caller, string body)
        {
            tally.Asked++;
            return await all.Ask(route.Service, route.Verb, caller, body);
        }

        async Task<string> Body(Clinic clinic, Caller caller) => TwoClinics.Text(await row.Make(all, clinic, caller));
    }

    /// <summary>Someone of a role in a clinic: of staff its member, of participants and of who holds a link the patient's seat in its first visit, of who acts for the patient their own.</summary>
    internal static Caller Of(Clinic clinic, string service, string? role) => role switch
    {
        Caller.ServiceRole => Caller.System(service),
        null or Caller.AnyoneRole => new Caller(service, Role: role),
        _ => new Caller(service, clinic.Tenant.ToString(), Who.Staff.Contains(role) ? clinic.Staff[WireName.To<StaffRole>(role)].ToString() : role == Who.Proxy ? clinic.Proxy.Place.Id.ToString() : clinic.PatientIn(clinic.Visit).Id.ToString(), role),
    };
}
