"""Who stands in a synthetic register: organizations, their focal points, a coordinator."""

from django.contrib.auth.models import Group

from organizations.choices import COORDINATORS, MembershipRole, OrganizationKind
from organizations.models import Membership, Organization, User

ORGANIZATIONS = 200
DOMAIN = "bench.invalid"
COORDINATOR = f"coordinator@{DOMAIN}"


def is_ours() -> bool:
    """Whether this database was filled by the benchmark before."""
    return User.objects.filter(email=COORDINATOR).exists()


def make_organizations() -> list[Organization]:
    """The organizations of the reference data and as many synthetic ones as are missing to 200, in a fixed order."""
    missing = ORGANIZATIONS - Organization.objects.count()
    kinds = OrganizationKind.values
    for number in range(1, missing + 1):
        Organization.objects.create(
            slug=f"synthetic-{number}",
            acronym_en=f"SYN{number}",
            name_en=f"Synthetic Organization No. {number}",
            name_fr=f"Organisation synthétique n° {number}",
            name_zh_hans=f"合成组织第{number}号",
            name_ar=f"المنظمة التركيبية رقم {number}",
            kind=kinds[number % len(kinds)],
        )
    return list(Organization.objects.order_by("pk"))


def make_people(organizations: list[Organization]) -> dict[int, User]:
    """A focal point for each organization (by its id), and a coordinator. Nobody has a password."""
    coordinator, _ = User.objects.get_or_create(
        email=COORDINATOR, defaults={"name": "Coordinator", "password": "!", "is_staff": True}
    )
    coordinator.groups.add(Group.objects.get_or_create(name=COORDINATORS)[0])
    speakers = {}
    for organization in organizations:
        speakers[organization.pk], created = User.objects.get_or_create(
            email=f"{organization.slug}@{DOMAIN}",
            defaults={"name": f"Focal point of {organization.acronym}", "password": "!"},
        )
        if created:
            Membership.objects.create(
                user=speakers[organization.pk],
                organization=organization,
                role=MembershipRole.FOCAL_POINT,
                post="Focal point",
            )
    return speakers
