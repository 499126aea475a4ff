using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;

namespace FirstRing.Host;

/// <summary>A verb of a contract. <paramref name="Callers"/>: services that the module table lets call and that the verb names. <paramref name="Phi"/>: what it is asked
/// or answers identifies or narrates.</summary>
public sealed record InsideRoute(string Service, string Verb, Access Access, IReadOnlyList<string> Callers, Type Request, Type Response, bool NamesTenant, bool Phi)
{
    public string Path => $"/{Service}/{Verb}";
}

/// <summary>A route at the public door.</summary>
public sealed record DoorRoute(string Method, string Path, DoorAccess Access);

/// <summary>Every route of every module, as the server maps them; nothing runs and nothing listens.</summary>
public sealed record RouteTable(IReadOnlyList<InsideRoute> Inside, IReadOnlyList<DoorRoute> Door)
{
    public static async Task<RouteTable> Read()
    {
        // The modules want a data folder to be registered; nothing of it is used.
        var place = Directory.CreateTempSubdirectory("firstring-routes-");
        try
        {
            var folder = new DataFolder(place.FullName, TimeProvider.System);
            KeyFileProvider.EnsureFile(folder.RootKey);
            using var keys = new KeyFileProvider(folder.RootKey);
            await using var stores = new OpenStores([.. ModuleTable.Rows.Where(row => row.Store)
                .Select(row => new Store(row.Name, Stores.OptionsOf(folder, row.Name, null), keys, TimeProvider.System, ModuleTable.ConsumersOf))]);
            var builder = WebApplication.CreateSlimBuilder();
            builder.Configuration.AddInMemoryCollection(Settings.Of(Options.Parse(["up", "--data", folder.Path]), folder));
            builder.Services.AddSingleton(TimeProvider.System);
            foreach (var row in ModuleTable.Rows) row.Make().Register(new ModuleContext(row.Name, builder.Services, builder.Configuration.GetSection(row.Name), folder.StoreOf(row.Name)));
            await using var app = builder.Build();
            Serve.MapModules(app, ModuleTable.Rows, stores);
            var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
            return new RouteTable([.. routes.SelectMany(Contract)], [.. routes.SelectMany(AtTheDoor)]);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    static IEnumerable<InsideRoute> Contract(RouteEndpoint route)
    {
        if (route.Metadata.GetMetadata<ContractRoute>() is not { } contract) yield break;
        var callers = ModuleTable.CallersOf(contract.Service);
        // Whoever has a store brings its rows to the log, whether or not it asks it anything.
        var named = contract.Verb == ContractRoutes.AuditRows ? contract.Access.Services : contract.Access.Services.Where(callers.Contains);
        yield return new InsideRoute(contract.Service, contract.Verb, contract.Access, [.. named.Order(StringComparer.Ordinal)], contract.Request, contract.Response,
            contract.Request.GetProperty("Tenant")?.PropertyType == typeof(TenantId), Identifies(contract.Request) || Identifies(contract.Response));
    }

    static IEnumerable<DoorRoute> AtTheDoor(RouteEndpoint route) => route.Metadata.GetMetadata<DoorAccess>() is { } access
        ? (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new DoorRoute(method, $"/{route.RoutePattern.RawText?.Trim('/')}", access))
        : [];

    /// <summary>The fields of a type that identify or narrate, as the wire names them; those of a list's items after its name.</summary>
    public static IEnumerable<string> Identifying(Type type, string before = "", int deep = 0) => deep > 6 ? [] : type switch
    {
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Phi<>) => [before.TrimEnd('.')],
        _ when type.GetElementType() is { } element => Identifying(element, before, deep + 1),
        { IsGenericType: true } when type.Assembly != typeof(Phi<>).Assembly => type.GetGenericArguments().SelectMany(argument => Identifying(argument, before, deep + 1)),
        _ when type.Assembly == typeof(Phi<>).Assembly && !type.IsEnum => type.GetProperties().Where(property => property.GetMethod is { IsStatic: false })
            .SelectMany(property => Identifying(property.PropertyType, $"{before}{(property.Name == "Value" ? "" : $"{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}.")}", deep + 1)),
        _ => [],
    };

    /// <summary>Whether a <see cref="Phi{T}"/> is anywhere in values of a type.</summary>
    public static bool Identifies(Type type) => Identifies(type, []);

    static bool Identifies(Type type, HashSet<Type> seen) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Phi<>)
        || seen.Add(type) && (type.GetElementType() is { } element && Identifies(element, seen)
            || type.GetGenericArguments().Any(argument => Identifies(argument, seen))
            || type.Assembly == typeof(Phi<>).Assembly && type.GetProperties().Any(property => Identifies(property.PropertyType, seen)));
}
