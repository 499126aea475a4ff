using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Records;

/// <summary>Scheduling, as far as records asks it: whoever asks has a visit with every patient but those that a test says are another's.</summary>
internal sealed class Visits : IModule
{
    public HashSet<PatientId> Anothers { get; } = [];
    public List<string> Asked { get; } = [];
    public bool Away { get; set; }

    public void Register(ModuleContext context) { }
    public void MapDoor(IEndpointRouteBuilder routes) { }

    public void MapContract(ContractRoutes routes) => routes.Verb<FindOwnPatients, Answer<OwnPatients>>("find-own-patients", Access.By("records").ForOwn(Who.Clinic), (request, caller, _, _) =>
    {
        if (Away) throw new TimeoutException();
        Asked.Add($"{caller.Role} {caller.Actor} {string.Join(' ', request.Patients)}");
        return Task.FromResult<Answer<OwnPatients>>(new OwnPatients([.. request.Patients.Where(patient => !Anothers.Contains(patient))]));
    });
}
