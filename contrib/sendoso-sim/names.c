/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of names, and the choice from them. */
#include "names.h"

#include <stdio.h>

#include "base/macros.h"

struct script {
    int per_mille;
    const struct sim_name *given, *family;
    size_t given_count, family_count;
};

/* Words in running text. */
/* clang-format off */
static const struct sim_name ascii_given[] = {
    {"Ada", "ada"}, {"Alan", "alan"}, {"Alice", "alice"}, {"Amir", "amir"}, {"Anna", "anna"},
    {"Ben", "ben"}, {"Bo", "bo"}, {"Carla", "carla"}, {"Chen", "chen"}, {"Clara", "clara"},
    {"Cy", "cy"}, {"Dana", "dana"}, {"David", "david"}, {"Elena", "elena"}, {"Emma", "emma"},
    {"Erik", "erik"}, {"Farah", "farah"}, {"Felix", "felix"}, {"Grace", "grace"}, {"Hugo", "hugo"},
    {"Ines", "ines"}, {"Ivan", "ivan"}, {"Jane", "jane"}, {"John", "john"}, {"Karim", "karim"},
    {"Kate", "kate"}, {"Lars", "lars"}, {"Laura", "laura"}, {"Leo", "leo"}, {"Mary Ann", "maryann"},
    {"Maria", "maria"}, {"Nadia", "nadia"}, {"Noah", "noah"}, {"Olga", "olga"}, {"Omar", "omar"},
    {"Paul", "paul"}, {"Priya", "priya"}, {"Rosa", "rosa"}, {"Sven", "sven"}, {"Tom", "tom"},
};

static const struct sim_name ascii_family[] = {
    {"Adams", "adams"}, {"Andersen", "andersen"}, {"Baker", "baker"}, {"Brown", "brown"},
    {"Carter", "carter"}, {"Cohen", "cohen"}, {"Costa", "costa"}, {"Davies", "davies"},
    {"de la Cruz", "delacruz"}, {"Evans", "evans"}, {"Fischer", "fischer"}, {"Garcia", "garcia"},
    {"Gupta", "gupta"}, {"Hansen", "hansen"}, {"Ivanov", "ivanov"}, {"Jones", "jones"},
    {"Khan", "khan"}, {"Kim", "kim"}, {"Larsen", "larsen"}, {"Lee", "lee"}, {"Lind", "lind"},
    {"Lopez", "lopez"}, {"MacLeod", "macleod"}, {"Martin", "martin"}, {"Meyer", "meyer"},
    {"Moe", "moe"}, {"Nguyen", "nguyen"}, {"Novak", "novak"}, {"Okafor", "okafor"},
    {"Patel", "patel"}, {"Quist", "quist"}, {"Rossi", "rossi"}, {"Sato", "sato"},
    {"Schmidt", "schmidt"}, {"Silva", "silva"}, {"Smith", "smith"}, {"van den Berg", "vandenberg"},
    {"Wang", "wang"}, {"Weber", "weber"}, {"Young", "young"},
};
/* clang-format on */

static const struct sim_name latin_given[] = {
    {"Zoë", "zoe"},       {"André", "andre"},   {"Björn", "bjorn"},   {"Chloé", "chloe"},
    {"Ðorđe", "djordje"}, {"Įvedas", "ivedas"}, {"Łukasz", "lukasz"}, {"Søren", "soren"},
    {"Şebnem", "sebnem"}, {"Þóra", "thora"}};
static const struct sim_name latin_family[] = {
    {"Müller", "muller"}, {"Núñez", "nunez"},           {"Ångström", "angstrom"},
    {"Gauß", "gauss"},    {"Dvořák", "dvorak"},         {"Çelik", "celik"},
    {"Őry", "ory"},       {"Żółkiewski", "zolkiewski"}, {"Nguyễn", "nguyen"},
    {"O’Brien", "obrien"}};

/* The same kind of names with combining marks: NFD, as macOS tools write them. */
static const struct sim_name nfd_given[] = {{"Zoe\xCC\x88", "zoe"},
                                            {"Rene\xCC\x81", "rene"},
                                            {"A\xCC\x8Asa", "asa"},
                                            {"Noe\xCC\x88l", "noel"}};
static const struct sim_name nfd_family[] = {{"Mu\xCC\x88ller", "muller"},
                                             {"Nu\xCC\x81n\xCC\x83"
                                              "ez",
                                              "nunez"},
                                             {"Vie\xCC\xA3\xCC\x82t", "viet"},
                                             {"S\xCC\xA3\xCC\x87ri", "sri"}};

static const struct sim_name greek_given[] = {{"Σοφία", "sofia"},
                                              {"Νίκος", "nikos"},
                                              {"Ελένη", "eleni"},
                                              {"Γιώργος", "giorgos"},
                                              {"Αλέξανδρος", "alexandros"}};
static const struct sim_name greek_family[] = {{"Παπαδοπούλου", "papadopoulou"},
                                               {"Οικονόμου", "oikonomou"},
                                               {"Αθανασιάδης", "athanasiadis"},
                                               {"Βλάχος", "vlachos"}};

static const struct sim_name cyrillic_given[] = {{"Ольга", "olga"},
                                                 {"Дмитрий", "dmitriy"},
                                                 {"Ярослава", "yaroslava"},
                                                 {"Їжак", "yizhak"},
                                                 {"Љубица", "ljubica"}};
static const struct sim_name cyrillic_family[] = {{"Иванова", "ivanova"},
                                                  {"Шевченко", "shevchenko"},
                                                  {"Ђорђевић", "djordjevic"},
                                                  {"Щербаков", "shcherbakov"}};

static const struct sim_name arabic_given[] = {
    {"محمد", "mohammed"}, {"فاطمة", "fatima"}, {"عبد الرحمن", "abdulrahman"}, {"ليلى", "layla"}};
static const struct sim_name arabic_family[] = {
    {"الحسن", "alhassan"}, {"خليل", "khalil"}, {"بن سعود", "binsaud"}, {"رضا", "reza"}};

static const struct sim_name hebrew_given[] = {{"נועה", "noa"}, {"יוסף", "yosef"}, {"שרה", "sara"}};
static const struct sim_name hebrew_family[] = {
    {"כהן", "cohen"}, {"לוי", "levi"}, {"בן־דוד", "bendavid"}};

static const struct sim_name cjk_given[] = {{"伟", "wei"},      {"秀英", "xiuying"},
                                            {"翔太", "shota"},  {"さくら", "sakura"},
                                            {"민준", "minjun"}, {"서연", "seoyeon"}};
static const struct sim_name cjk_family[] = {{"王", "wang"},   {"李", "li"},
                                             {"佐藤", "sato"}, {"𠮷野", "yoshino"},
                                             {"김", "kim"},    {"欧阳", "ouyang"}};

static const struct sim_name indic_given[] = {
    {"प्रिया", "priya"}, {"அருண்", "arun"}, {"สมชาย", "somchai"}};
static const struct sim_name indic_family[] = {
    {"शर्मा", "sharma"}, {"குமார்", "kumar"}, {"ใจดี", "jaidee"}};

static const struct sim_name emoji_given[] = {
    {"Sam 🦊", "sam"}, {"👩‍💻 Kim", "kim"}, {"Lee ☕️", "lee"}};
static const struct sim_name emoji_family[] = {
    {"Star ⭐", "star"}, {"🇬🇷 Hill", "hill"}, {"Wood 🌲🌲", "wood"}};

#define SCRIPT(weight, name)                                                             \
    {                                                                                    \
        weight, name##_given, name##_family, MU_LEN(name##_given), MU_LEN(name##_family) \
    }

static const struct script scripts[] = {
    SCRIPT(690, ascii),   SCRIPT(110, latin), SCRIPT(30, nfd),    SCRIPT(50, greek),
    SCRIPT(40, cyrillic), SCRIPT(20, arabic), SCRIPT(10, hebrew), SCRIPT(30, cjk),
    SCRIPT(10, indic),    SCRIPT(10, emoji)};

/*
 * Each has broken some directory tool: DN and filter specials, edge spaces, look-alikes of null,
 * formulas, markup.
 */
static const struct sim_name odd[][2] = {
    {{"D,Arcy #1", "d.arcy"}, {"\"x\" <y>+z;\\", "xyz"}},
    {{"Σοφία", "sofia"}, {"Παπαδοπούλου-Ζωή", "papadopoulou"}},
    {{" Leading", "leading"}, {"Trailing ", "trailing"}},
    {{"#Hash", "hash"}, {"=Equals=", "equals"}},
    {{"O'Neil", "oneil"}, {"St. John-Smythe, Jr.", "stjohn"}},
    {{"*(star)", "star"}, {"back\\slash", "backslash"}},
    {{"Two  Spaces", "two"}, {"uid=admin,dc=x", "admin"}},
    {{"Robert'); DROP TABLE people;--", "robert"}, {"/etc/passwd", "etc"}},
    {{"<script>alert(1)</script>", "script"}, {"&amp;&lt;", "amp"}},
    {{"=SUM(A1:A9)", "sum"}, {"@cmd|' /C calc'!A0", "cmd"}},
    {{"null", "null"}, {"undefined", "undefined"}},
    {{"true", "true"}, {"1e3", "number"}},
    {{"İbrahim", "ibrahim"}, {"Straße", "strasse"}},
    {{"ǅemal", "dzemal"}, {"ﬁn", "fin"}},
    {{"Zero\xE2\x80\x8BWidth", "zerowidth"}, {"Right\xE2\x80\x8FMark", "rightmark"}},
    {{"%s%n%x", "percent"}, {"${HOME} `id`", "home"}},
    {{"X", "x"}, {"Y", "y"}},
    {{"Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Maximilian Theodor Emmanuel Ferdinand",
      "hubert"},
     {"de Borbón y Borbón-Dos Sicilias von Österreich-Este zu Hohenzollern-Sigmaringen",
      "deborbon"}},
};

static const char *const odd_groups[] = {
    "EMEA Sales",   "Sales, \"North\" & <South>", "Ομάδα Πωλήσεων",
    "営業部 🎌",     "R+D; core = #1 \\ ops",      "#hash first",
    "Équipe Paris", "E\xCC\x81quipe Lyon",        "مبيعات",
    "(all) *"};

static const char *const regions[] = {"EMEA", "APAC",   "LATAM",   "Nordics",
                                      "DACH", "Iberia", "Benelux", "US West"};
static const char *const functions[] = {"Sales",  "Marketing", "Success", "Recruiting",
                                        "Events", "Finance",   "Support"};

uint64_t sim_chance(uint64_t seed, enum sim_salt salt, uint64_t n)
{
    uint64_t z =
        (seed * 0x9E3779B97F4A7C15u) ^ ((uint64_t)salt << 56) ^ (n + 1) * 0xD1B54A32D192ED03u;
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static const struct script *pick_script(uint64_t chance)
{
    int rest = (int)(chance % 1000);
    size_t i = 0;
    while (i + 1 < MU_LEN(scripts) && rest >= scripts[i].per_mille)
        rest -= scripts[i++].per_mille;
    return &scripts[i];
}

void sim_person_name(uint64_t seed, uint32_t index, bool ascii, int64_t odd_per_mille,
                     struct sim_name *ret_first, struct sim_name *ret_last)
{
    uint64_t style = sim_chance(seed, SIM_SALT_STYLE, index);
    uint64_t name = sim_chance(seed, SIM_SALT_NAME, index);
    /*
     * The first people are the odd ones in turn, so that a small population has each of them;
     * nobody is at 0.
     */
    bool in_turn = index >= 1 && index <= MU_LEN(odd) && odd_per_mille > 0;
    if (!ascii && (in_turn || (int64_t)(style >> 32) % 1000 < odd_per_mille)) {
        size_t which = in_turn ? index - 1 : name % MU_LEN(odd);
        *ret_first = odd[which][0];
        *ret_last = odd[which][1];
        return;
    }
    const struct script *s = ascii || index == 0 ? &scripts[0] : pick_script(style & 0xFFFFFFFFu);
    *ret_first = s->given[(name & 0xFFFFFFFFu) % s->given_count];
    *ret_last = s->family[(name >> 32) % s->family_count];
}

void sim_group_name(uint64_t seed, uint32_t index, bool ascii, char to[SIM_GROUP_NAME_MAX])
{
    if (!ascii && index < MU_LEN(odd_groups)) {
        snprintf(to, SIM_GROUP_NAME_MAX, "%s", odd_groups[index]);
        return;
    }
    uint64_t chance = sim_chance(seed, SIM_SALT_GROUP, index);
    snprintf(to, SIM_GROUP_NAME_MAX, "%s %s %u", regions[(chance & 0xFFFF) % MU_LEN(regions)],
             functions[(chance >> 16) % MU_LEN(functions)], index + 1);
}
