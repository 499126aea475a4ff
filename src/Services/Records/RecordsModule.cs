using FirstRing.Platform.Modules;
using FirstRing.Records.Patients;
using FirstRing.Records.Proxies;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Records;

/// <summary>Patients and who acts for them: names, birth dates and contact, sealed; every read of them audited.</summary>
public sealed class RecordsModule : IModule
{
    public void Register(ModuleContext context) => context.AddOnStore((store, _) => new PatientStore(store));

    public void MapContract(ContractRoutes routes)
    {
        CreatePatient.Map(routes);
        GetPatient.Map(routes);
        GetPatients.Map(routes);
        CheckBirthDate.Map(routes);
        GetContact.Map(routes);
        KeepProxies.Map(routes);
        AnswerIdentity.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}
