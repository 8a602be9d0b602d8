/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marketplace products and SmartSend recommendations: a fixed catalogue, and sends that are taken
 * and given a number. Bodies are flat here, unlike those of POST /send.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/str.h"

enum {
    PRODUCTS = 60,
    PAGE = 20,
    RECOMMENDED = 3,
    DOLLARS_MIN = 10,
    DOLLARS_STEP = 5,
    SENDS_FROM = 900001
};

static const char *const categories[][2] = {{"cat_food", "Food"},
                                            {"cat_office", "Office"},
                                            {"cat_home", "Home"},
                                            {"cat_give", "Donations"}};

static const char *const things[] = {"Coffee Box", "Notebook",  "Σοκολάτα", "Tea & Honey",
                                     "Lamp <S>",   "Tree Fund", "Mug",      "Plant, \"green\""};

/* What is asked for. */
struct wish {
    long long from, to; /* dollars */
    const char *text;   /* NULL: any */
    const char *category;
};

static const char *name_of(size_t i)
{
    return things[i % MU_LEN(things)];
}

static long long dollars_of(size_t i)
{
    return DOLLARS_MIN + (long long)i * DOLLARS_STEP;
}

static void variant_of(size_t i, char to[32])
{
    snprintf(to, 32, "var_%04zu", i + 1);
}

static bool wanted(const struct wish *wish, size_t i)
{
    return dollars_of(i) >= wish->from && dollars_of(i) <= wish->to &&
           (!wish->text || strcasestr(name_of(i), wish->text)) &&
           (!wish->category || mu_streq(wish->category, categories[i % MU_LEN(categories)][0]));
}

static void write_image(struct mu_jw *w, size_t i)
{
    static const char *const sizes[] = {"cdn_main", "cdn_thumbnail"};
    char url[96];
    mu_jw_key(w, "images");
    mu_jw_array(w);
    mu_jw_object(w);
    snprintf(url, sizeof(url), "https://cdn.example.test/%zu.png", i + 1);
    sim_write_str(w, "url", url);
    for (size_t k = 0; k < MU_LEN(sizes); k++) {
        mu_jw_key(w, sizes[k]);
        mu_jw_object(w);
        sim_write_str(w, "url", url);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
}

static void write_variant(struct mu_jw *w, size_t i)
{
    char variant[32], price[32];
    variant_of(i, variant);
    snprintf(price, sizeof(price), "%lld.50", dollars_of(i));
    mu_jw_object(w);
    sim_write_str(w, "id", variant);
    mu_jw_key(w, "estimated_total_price");
    mu_jw_object(w);
    sim_write_str(w, "currency", "USD");
    sim_write_str(w, "price_per_unit", price);
    mu_jw_end(w, '}');
    write_image(w, i);
    mu_jw_end(w, '}');
}

static void write_product(struct mu_jw *w, size_t i)
{
    char id[32];
    snprintf(id, sizeof(id), "prod_%04zu", i + 1);
    mu_jw_object(w);
    sim_write_str(w, "id", id);
    sim_write_str(w, "name", name_of(i));
    sim_write_str(w, "description", "");
    mu_jw_key(w, "variants");
    mu_jw_array(w);
    write_variant(w, i);
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

/* At most `most` products from `from` on; returns where the next page begins, PRODUCTS: nowhere. */
static size_t write_products(struct mu_jw *w, const struct wish *wish, size_t from, size_t most)
{
    size_t i = from, written = 0;
    mu_jw_key(w, "products");
    mu_jw_array(w);
    for (; i < PRODUCTS && written < most; i++) {
        if (!wanted(wish, i))
            continue;
        write_product(w, i);
        written++;
    }
    mu_jw_end(w, ']');
    while (i < PRODUCTS && !wanted(wish, i))
        i++;
    return i;
}

static void write_categories(struct mu_jw *w)
{
    mu_jw_key(w, "categories");
    mu_jw_array(w);
    mu_jw_object(w);
    sim_write_str(w, "group_name", "Gifts");
    mu_jw_key(w, "children");
    mu_jw_array(w);
    for (size_t i = 0; i < MU_LEN(categories); i++) {
        mu_jw_object(w);
        sim_write_str(w, "id", categories[i][0]);
        sim_write_str(w, "name", categories[i][1]);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
}

static void write_pagination(struct mu_jw *w, size_t next)
{
    char after[32], url[96];
    snprintf(after, sizeof(after), "c%zu", next);
    snprintf(url, sizeof(url), "https://app.sendoso.com/api/v3/marketplace/products?after=%s",
             after);
    mu_jw_key(w, "pagination");
    mu_jw_object(w);
    sim_write_str(w, "after", next < PRODUCTS ? after : NULL);
    mu_jw_key(w, "next_page");
    mu_jw_object(w);
    sim_write_str(w, "url", next < PRODUCTS ? url : NULL);
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}

static long long dollars_asked(struct sim_request *r, const char *name, long long fallback)
{
    long long value = fallback;
    const char *text = sim_query(r, name);
    return text && mu_parse_int(text, 0, INT32_MAX, &value) ? value : fallback;
}

void sim_market_products(struct sim_request *r)
{
    struct mu_jw w;
    struct wish wish = {.from = dollars_asked(r, "price_gte_usd", 0),
                        .to = dollars_asked(r, "price_lte_usd", INT32_MAX),
                        .text = sim_query(r, "text_search"),
                        .category = sim_query(r, "category_ids[]")};
    const char *after = sim_query(r, "after");
    long long from = 0;
    if (after && (after[0] != 'c' || !mu_parse_int(after + 1, 0, PRODUCTS, &from))) {
        sim_reply_e1(r, 400, "after is invalid");
        return;
    }
    sim_json(r, &w);
    mu_jw_object(&w);
    size_t next = write_products(&w, &wish, (size_t)from, PAGE);
    write_pagination(&w, next);
    write_categories(&w);
    mu_jw_end(&w, '}');
}

void sim_market_recommend(struct sim_request *r)
{
    struct mu_jw w;
    struct wish wish = {.to = dollars_asked(r, "price_lte_usd", INT32_MAX)};
    const char *email = sim_query(r, "recipient_email");
    if (!email || !*email) {
        sim_reply_e1(r, 400, "recipient_email can't be blank");
        return;
    }
    sim_json(r, &w);
    mu_jw_object(&w);
    write_products(&w, &wish, 0, RECOMMENDED);
    mu_jw_key(&w, "interests");
    mu_jw_array(&w);
    mu_jw_str(&w, "coffee");
    mu_jw_str(&w, "gardens");
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
}

/* ---- sending ---- */

static bool has_recipient(struct sim_request *r, struct json_object *doc)
{
    static const char *const keys[] = {"recipient_email", "recipient_first_name",
                                       "recipient_last_name"};
    for (size_t i = 0; i < MU_LEN(keys); i++) {
        char message[64];
        const char *text = mu_json_str(doc, keys[i]);
        if (text && *text)
            continue;
        snprintf(message, sizeof(message), "%s can't be blank", keys[i]);
        sim_reply_e1(r, 400, message);
        return false;
    }
    return true;
}

static void reply_sent(struct sim_request *r, const char *variant)
{
    struct mu_jw w;
    char id[32];
    snprintf(id, sizeof(id), "%llu", (unsigned long long)SENDS_FROM + r->number);
    sim_json(r, &w);
    mu_jw_object(&w);
    mu_jw_key(&w, "products");
    mu_jw_array(&w);
    mu_jw_object(&w);
    sim_write_str(&w, "variant_id", variant);
    mu_jw_end(&w, '}');
    mu_jw_end(&w, ']');
    mu_jw_key(&w, "send");
    mu_jw_object(&w);
    sim_write_str(&w, "id", id);
    mu_jw_end(&w, '}');
    mu_jw_end(&w, '}');
}

/* Only the first of the variants is used. */
void sim_market_send(struct sim_request *r)
{
    MU_AUTO(json) struct json_object *doc = sim_body(r);
    if (!doc || !has_recipient(r, doc))
        return;
    struct json_object *variants = json_object_object_get(doc, "variant_ids");
    const char *first = json_object_is_type(variants, json_type_array)
                            ? mu_json_text(json_object_array_get_idx(variants, 0))
                            : NULL;
    for (size_t i = 0; first && i < PRODUCTS; i++) {
        char variant[32];
        variant_of(i, variant);
        if (mu_streq(variant, first)) {
            reply_sent(r, variant);
            return;
        }
    }
    sim_reply_e1(r, 400, "variant_ids is invalid");
}

void sim_market_send_recommended(struct sim_request *r)
{
    MU_AUTO(json) struct json_object *doc = sim_body(r);
    int64_t most = INT32_MAX;
    char variant[32];
    if (!doc || !has_recipient(r, doc))
        return;
    if (mu_json_int(doc, "price_lte_usd", &most) && most < DOLLARS_MIN) {
        sim_reply_e1(r, 404, "No product found");
        return;
    }
    variant_of(0, variant);
    reply_sent(r, variant);
}
