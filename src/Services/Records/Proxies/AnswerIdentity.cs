using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Records.Patients;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Records.Proxies;

/// <summary>What identity asks of the people whose grants it keeps: until when one may hold, and whether a date is theirs; and the one word of the patient that a proxy is shown.</summary>
internal static class AnswerIdentity
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<FindProxyLimit, Answer<ProxyLimit>>("find-proxy-limit", Access.By("identity").For(Who.Desk).ForOwn(Who.Clinician), Limit);
        routes.Verb<CheckProxyBirthDate, Answer<BirthDateChecked>>("check-proxy-birth-date", Access.By("identity").For(Who.Proxy), Check);
        routes.Verb<GetRepresented, Answer<Represented>>("get-represented", Access.By("web").ForOwn(Who.Proxy), Get);
    }

    static async Task<Answer<ProxyLimit>> Limit(FindProxyLimit request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting || !TimeZoneInfo.TryFindSystemTimeZoneById(request.Zone, out var zone)) return ProxyContent.NoSuchProxy;
        var open = await OwnPatients.AreOpen(services, caller, request.Tenant, request.Patient, stop);
        return await services.GetRequiredService<PatientStore>().Commit<Answer<ProxyLimit>>(acting, async transaction =>
        {
            if (!open) return OwnPatients.Bar(transaction, request.Patient, "find-proxy-limit");
            if (await ProxyStore.Read(transaction, request.Tenant, request.Proxy, "find-proxy-limit") is not { } found || found.Patient != request.Patient) return ProxyContent.NoSuchProxy;
            if (await PatientStore.Read(transaction, request.Tenant, request.Patient, "find-proxy-limit") is not { } patient) return Refusals.NoSuchPatient;
            var at = Majority.At(patient.BirthDate.Reveal, request.MajorityAge, zone);
            if (at > transaction.Now) return new ProxyLimit(at);
            return found.Content.Basis == ProxyBasis.MinorChild ? ProxyContent.PatientOfAge : new ProxyLimit(null);
        }, stop);
    }

    static Task<Answer<BirthDateChecked>> Check(CheckProxyBirthDate request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not { } acting
            ? Task.FromResult<Answer<BirthDateChecked>>(ProxyContent.NoSuchProxy)
            : services.GetRequiredService<PatientStore>().Commit<Answer<BirthDateChecked>>(acting with { Person = request.Proxy.ToString() }, async transaction =>
            {
                if (await ProxyStore.Read(transaction, request.Tenant, request.Proxy, "check-birth-date") is not { } found) return ProxyContent.NoSuchProxy;
                var matches = Patients.CheckBirthDate.Same(found.Content.BirthDate.Reveal, request.BirthDate.Reveal);
                transaction.Audit("answer-birth-date", request.Proxy.ToString(), matches ? "matches" : "differs", found.Patient.ToString());
                return new BirthDateChecked(matches);
            }, stop);

    static async Task<Answer<Represented>> Get(GetRepresented request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting || !ParticipantId.TryParse(caller.Actor, null, out var participant)) return Refusals.NoSuchPatient;
        var holds = (await services.Client<IProxiesClient>("records", "identity").CheckProxy(new CheckProxy(request.Tenant, request.Patient, request.Proxy, ProxyScope.Visits, participant), stop)).Value is not null;
        return await services.GetRequiredService<PatientStore>().Commit<Answer<Represented>>(acting with { Person = request.Proxy.ToString() }, async transaction =>
        {
            if (!holds) return OwnPatients.Bar(transaction, request.Patient, "read-represented");
            return await PatientStore.Read(transaction, request.Tenant, request.Patient, "read-represented") is { } patient ? new Represented(patient.GivenName) : Refusals.NoSuchPatient;
        }, stop);
    }
}
