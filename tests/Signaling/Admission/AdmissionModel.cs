using CsCheck;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Admission;

/// <summary>
/// Any order of what people and faults do to a call, against a model of a few lines: who is where, on which seat, what each send answers, and that the
/// media node, once settled, holds exactly the people who are in.
/// </summary>
public sealed class AdmissionModel
{
    static readonly string[] Roles = ["clinician", "clinician", "patient", "guest", "guest", "interpreter", "family", "colleague"];

    static readonly Gen<(string Kind, int Who, int Whom)[]> Steps = Gen.Select(
        Gen.Frequency((2, "connect"), (6, "join"), (6, "admit"), (1, "deny"), (1, "remove"), (2, "leave"), (1, "end"), (2, "lose"), (3, "enter"), (2, "media"), (1, "node-dies"), (2, "settle")),
        Gen.Int[0, Roles.Length - 1], Gen.Int[0, Roles.Length - 1]).Array[1, 50];

    sealed class Person(Entrant who)
    {
        public Entrant Who => who;
        public string State = "lobby";
        public int Seat = -1;
        public string Came = ""; // where it was lost from
        public bool IsClinician => who.Role == "clinician";
        public bool IsHost => IsClinician && State is ("lobby" or "waiting" or "admitted");
    }

    sealed class Model(List<Person> people)
    {
        public bool Ended;
        public IEnumerable<Person> Inside => people.Where(one => one.State == "admitted");

        public bool Seat(Person one)
        {
            var free = Enumerable.Range(0, 6).Except(Inside.Select(other => other.Seat)).ToList();
            if (free.Count == 0) return false;
            (one.State, one.Seat, one.Came) = ("admitted", free[0], "");
            return true;
        }

        public static void Out(Person one, string state, string came = "") => (one.State, one.Seat, one.Came) = (state, -1, came);
    }

    [Theory, BothDialects]
    public async Task Whatever_happens_rows_answers_and_media_node_agree_with_the_model(Dialect dialect)
    {
        await using var stage = await Stage.Open(dialect);
        stage.Media.Add("a");
        stage.Media.Add("b");
        await stage.Pass(4);
        await Steps.SampleAsync(steps => Play(stage, steps), iter: 40, threads: 1);
    }

    static async Task Play(Stage stage, (string Kind, int Who, int Whom)[] steps)
    {
        foreach (var node in new[] { "a", "b" }) ((MemoryNode)stage.Media.At(new Uri($"https://{node}.test"))).IsDown = false;
        await stage.Beat();
        var scene = stage.NewCall();
        var people = new List<Person>();
        foreach (var role in Roles) people.Add(new Person(await scene.Entered(role)));
        var model = new Model(people);
        foreach (var (kind, who, whom) in steps)
        {
            var refused = await Do(stage, scene, kind, people[who], people[whom]);
            Assert.Equal(Expect(model, kind, people[who], people[whom]), refused);
            await Check(scene, model, people);
        }
        await scene.Settle();
        await CheckMedia(stage, scene, model);
    }

    static async Task<string?> Do(Stage stage, CallScene scene, string kind, Person one, Person other)
    {
        switch (kind)
        {
            case "lose":
                await scene.Lose(one.Who);
                return null;
            case "enter":
                await scene.Enter(one.Who);
                return null;
            case "node-dies":
                var node = (await scene.CallRow()).Node;
                if (node.Length == 0 || stage.Media.Live.Count() < 2) return null;
                stage.Media.Live.Single(live => live.Name == node).IsDown = true;
                await stage.Pass(4);
                return null;
            case "settle":
                await scene.Settle();
                return null;
            case "admit" or "deny" or "remove":
                return await scene.Send(one.Who, kind, new { participant = other.Who.Participant });
            case "media":
                return await scene.Send(one.Who, kind, new { audio = true, video = false, screen = false });
            default:
                return await scene.Send(one.Who, kind);
        }
    }

    static string? Expect(Model model, string kind, Person one, Person other)
    {
        if (kind is "node-dies" or "settle") return null;
        if (model.Ended) return kind is "lose" or "enter" or "leave" or "end" ? null : "call-ended";
        if (kind == "lose")
        {
            if (one.State is "waiting" or "admitted") Model.Out(one, "left", one.State);
            return null;
        }
        if (kind == "enter")
        {
            if (one.State == "left") ComeBack(model, one);
            return null;
        }
        return one.State == "removed" ? "barred" : ExpectSend(model, kind, one, other);
    }

    static void ComeBack(Model model, Person one)
    {
        var came = one.Came;
        Model.Out(one, "lobby");
        if (came == "admitted" && model.Seat(one)) return;
        if (came.Length > 0) one.State = "waiting";
    }

    static string? ExpectSend(Model model, string kind, Person one, Person other)
    {
        switch (kind)
        {
            case "join" when one.State is "waiting" or "admitted":
                return null;
            case "join" when one.IsClinician:
                if (model.Seat(one)) return null;
                return "call-full";
            case "join":
                Model.Out(one, "waiting");
                return null;
            case "leave":
                if (one.State is not ("left" or "denied")) Model.Out(one, "left");
                return null;
            case "end":
                if (!one.IsClinician || one.State != "admitted") return "not-allowed";
                model.Ended = true;
                return null;
            case "media":
                return one.State == "admitted" ? null : "not-admitted";
            case "admit":
                if (!one.IsHost) return "not-allowed";
                if (other.State == "admitted") return null;
                if (other.State != "waiting") return "no-such-participant";
                return model.Seat(other) ? null : "call-full";
            case "deny" or "remove":
                if (!one.IsHost || one == other) return "not-allowed";
                var state = kind == "deny" ? "denied" : "removed";
                if (other.State == state) return null;
                if (kind == "deny" && other.State != "waiting") return "no-such-participant";
                Model.Out(other, state);
                return null;
            default:
                return null;
        }
    }

    static async Task Check(CallScene scene, Model model, List<Person> people)
    {
        Assert.Equal(model.Ended ? "ended" : "open", (await scene.CallRow()).State);
        var rows = (await scene.Rows()).ToDictionary(row => row.Participant);
        foreach (var one in people) Assert.Equal((one.State, one.Seat), (rows[one.Who.Participant].State, (int)rows[one.Who.Participant].Seat));
        var seats = model.Inside.Select(one => one.Seat).ToList();
        Assert.True(seats.Count <= 6 && seats.Distinct().Count() == seats.Count);
        // Who is not in sees nothing of anyone else: no id, no event that is not its own or the end.
        foreach (var one in people.Where(one => one.State != "admitted" && !one.IsClinician))
            foreach (var row in await scene.See(one.Who))
            {
                Assert.Contains(row.Type, new[] { "welcome", "offer", "admitted", "denied", "removed", "ended" });
                if (row.Type != "admitted") Assert.DoesNotContain(people, other => other != one && row.Body.Contains(other.Who.Participant));
            }
    }

    static async Task CheckMedia(Stage stage, CallScene scene, Model model)
    {
        var call = await scene.CallRow();
        if (model.Ended)
        {
            Assert.Equal(1, call.MediaClosed);
            Assert.All(stage.Media.Live, node => Assert.Empty(node.SeatsOf(scene.Call)));
            return;
        }
        foreach (var node in stage.Media.Live)
            Assert.Equal(node.Name == call.Node ? model.Inside.ToDictionary(one => one.Who.Participant, one => one.Seat) : [], node.SeatsOf(scene.Call));
        // Each who is in was told so, and the last thing told of each is true.
        foreach (var one in model.Inside) Assert.Equal(one.Seat, SeatIn((await scene.See(one.Who)).Last(row => row.Type == "admitted").Body));
        foreach (var one in model.Inside)
            Assert.Equal(model.Inside.Where(other => other != one).Select(other => other.Who.Participant).Order(StringComparer.Ordinal), Roster(await scene.See(one.Who)).Order(StringComparer.Ordinal));
    }

    static int SeatIn(string body) => System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("seat").GetInt32();

    // What a page that follows the log believes of who is there.
    static HashSet<string> Roster(List<EventRow> rows)
    {
        var there = new HashSet<string>();
        foreach (var row in rows)
        {
            var body = System.Text.Json.JsonDocument.Parse(row.Body).RootElement;
            if (row.Type == "admitted") there = [.. body.GetProperty("people").EnumerateArray().Select(person => person.GetProperty("participant").GetString()!)];
            else if (row.Type == "joined") there.Add(body.GetProperty("participant").GetString()!);
            else if (row.Type == "left") there.Remove(body.GetProperty("participant").GetString()!);
        }
        return there;
    }
}
