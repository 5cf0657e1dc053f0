"""Sentences of synthetic activities in six languages, each kept beside its normalised form."""

import itertools
import random
from typing import NamedTuple

from tracker.toolkit.search import searchable


class Phrase(NamedTuple):
    """A text as somebody writes it, and as it is searched."""

    text: str
    normalised: str


PLACES = {
    "en": "Freetown|Monrovia|Bangui|Goma|Pristina|Dili|Port-au-Prince|Bissau|Mogadishu|Juba|Kabul|Nairobi",
    "fr": "Bangui|Bujumbura|Conakry|Abidjan|Ouagadougou|Kinshasa|Genève|Bamako|Antananarivo|Dakar",
    "es": "Ciudad de Guatemala|San Salvador|Bogotá|Managua|Tegucigalpa|Asunción|Panamá",
    "ru": "Душанбе|Бишкек|Тбилиси|Сухуми|Кишинёв|Ереван|Ашхабад|Минск",
    "zh-hans": "金边|帝力|日内瓦|内罗毕|喀布尔|加德满都|摩加迪沙|蒙罗维亚",
    "ar": "بيروت|الخرطوم|مقديشو|صنعاء|طرابلس|عمّان|القاهرة|نواكشوط",
}

TITLES = {
    "en": "Joint mission to {p}|Training course on mediation, {p}|Early-warning exercise, {p}"
    "|Conference on demobilization, {p}|Electoral observation in {p}"
    "|Exchange of liaison officers, {p}|Roster of experts on policing, {p}",
    "fr": "Mission conjointe à {p}|Cours de formation à la médiation, {p}|Exercice d’alerte rapide, {p}"
    "|Conférence sur la démobilisation, {p}|Échange d’officiers de liaison, {p}",
    "es": "Misión conjunta a {p}|Curso de capacitación en mediación, {p}|Ejercicio de alerta temprana, {p}"
    "|Conferencia sobre la desmovilización, {p}",
    "ru": "Совместная миссия в {p}|Учебный курс по посредничеству, {p}|Учение по раннему предупреждению, {p}"
    "|Конференция по демобилизации, {p}",
    "zh-hans": "赴{p}联合特派团|{p}调解培训班|{p}预警演习|{p}复员问题会议|{p}选举观察",
    "ar": "بعثة مشتركة إلى {p}|دورة تدريبية على الوساطة، {p}|تمرين على الإنذار المبكر، {p}"
    "|مؤتمر بشأن تسريح المقاتلين، {p}",
}

DONE = {
    "en": "The steering group met in {p} and agreed the terms of reference for {n} staff.|{n} officers from {p}"
    " completed the course; the evaluation is attached.|The mission visited {p} and spoke with {n} local leaders."
    "|Equipment for {n} observers was handed over in {p}."
    "|A joint assessment of {p} was sent to {n} participating organizations.",
    "fr": "Le groupe directeur s’est réuni à {p} et a arrêté le mandat de {n} agents.|{n} officiers de {p} ont suivi le"
    " cours jusqu’au bout.|La mission s’est rendue à {p} et a entendu {n} responsables locaux.",
    "es": "El grupo directivo se reunió en {p} y acordó el mandato de {n} funcionarios.|{n} oficiales de {p} terminaron"
    " el curso.|La misión visitó {p} y habló con {n} dirigentes locales.",
    "ru": "Руководящая группа собралась в городе {p} и согласовала круг ведения {n} сотрудников.|{n} офицеров из города"
    " {p} завершили курс.|Миссия посетила {p} и провела беседы с {n} местными руководителями.",
    "zh-hans": "指导小组在{p}开会，商定了{n}名工作人员的职权范围。|来自{p}的{n}名官员完成了培训。"
    "|特派团访问了{p}，与{n}名地方领导人交谈。",
    "ar": "اجتمع الفريق التوجيهي في {p} واتفق على اختصاصات {n} موظفًا.|أتمّ {n} ضابطًا من {p} الدورة."
    "|زارت البعثة {p} وتحدّثت إلى {n} من القادة المحليين.",
}

OBSTACLES = {
    "en": "Funds pledged by {n} donors for {p} have not arrived.|Access to {p} was refused on {n} days.",
    "fr": "Les fonds promis par {n} donateurs pour {p} ne sont pas arrivés.",
    "es": "No han llegado los fondos prometidos por {n} donantes para {p}.",
    "ru": "Средства, обещанные {n} донорами для города {p}, не поступили.",
    "zh-hans": "{n}个捐助方为{p}承诺的资金尚未到位。",
    "ar": "لم تصل الأموال التي تعهّد بها {n} من المانحين لـ{p}.",
}

NEXT_STEPS = {
    "en": "Send {n} trainers to {p}.|Agree the budget for {p} with {n} partners."
    "|Report to the meeting in {p} after {n} weeks.",
    "fr": "Envoyer {n} formateurs à {p}.|Arrêter le budget pour {p} avec {n} partenaires.",
    "es": "Enviar {n} instructores a {p}.|Acordar el presupuesto para {p} con {n} asociados.",
    "ru": "Направить {n} инструкторов в город {p}.",
    "zh-hans": "向{p}派遣{n}名培训员。|与{n}个伙伴商定{p}的预算。",
    "ar": "إيفاد {n} مدرّبًا إلى {p}.",
}

RESPONSIBILITIES = {
    "en": "provides {n} trainers|chairs the steering group in {p}|pays for travel to {p}"
    "|keeps the roster of {n} experts",
    "fr": "met à disposition {n} formateurs|préside le groupe directeur à {p}",
    "es": "aporta {n} instructores|preside el grupo directivo en {p}",
    "ru": "предоставляет {n} инструкторов|председательствует в руководящей группе в городе {p}",
    "zh-hans": "提供{n}名培训员|主持{p}指导小组",
    "ar": "توفّر {n} مدرّبًا|ترأس الفريق التوجيهي في {p}",
}

LANGUAGES = ("en", "fr", "es", "ru", "zh-hans", "ar")
WEIGHTS = (50, 14, 12, 10, 8, 6)

NOTHING = Phrase("", "")


def phrases(templates: dict[str, str], numbers: int, seed: int) -> dict[str, list[Phrase]]:
    """For each language, every sentence with every place and `numbers` different numbers."""
    rng = random.Random(seed)
    made = {}
    for language, sentences in templates.items():
        places = PLACES[language].split("|")
        texts = {
            sentence.format(p=place, n=rng.randint(3, 240))
            for sentence, place, _ in itertools.product(sentences.split("|"), places, range(numbers))
        }
        made[language] = [Phrase(text, searchable(text)) for text in sorted(texts)]
    return made


SYLLABLES = "ka ri mo ta lu se ni vo dra ben sha tor mi gal ru pen zo li fa".split()


def proper_name(rng: random.Random) -> str:
    """A name as projects have them; few others share it, so that a search for it finds few."""
    return "".join(rng.choice(SYLLABLES) for _ in range(4)).title()
