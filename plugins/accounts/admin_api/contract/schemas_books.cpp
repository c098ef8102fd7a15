// SPDX-License-Identifier: Apache-2.0
// Shapes of address books: entries, tags, rules, bin, import. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kLevels = "read|write|full";

constexpr Field kBook[] = {
    guid("guid", "the book").shown(),
    word("kind", "personal|shared", "personal: private, from administrators too").shown(),
    text("name", 1, 64, "unique in the site").shown().needed().editable(),
    object("owner", "Ref", "whose").shown(),
    guid("owner_guid", "a new owner; missing: the caller").settable().editable(),
    text("note", 0, 1000, "for its readers").shown().settable().editable(),
    boolean("password_set", "entries without a password use the book's").shown(),
    text("password", 0, 256, "null: none").settable().editable().or_null().secret(),
    boolean("grants_access", "who may read it may reach what stands in it; administrators alone set it")
        .shown()
        .settable()
        .editable()
        .asks("administrator"),
    word("level", kLevels, "what the caller may").shown(),
    integer("entries", 0, 0, "how many").live(),
    time("created", "when").shown(),
};

constexpr Field kEntry[] = {
    guid("guid", "the entry").shown(),
    text("id", 1, 255, "of a device, an address, or id@server").shown().needed(),
    text("alias", 0, 255, "what the book calls it").shown().settable().editable(),
    text("note", 0, 1000, "for its readers").shown().settable().editable(),
    text("tags", 1, 64, "of the book; new ones are made").many(100).shown().settable().editable(),
    boolean("password_set", "it has a password of its own").shown(),
    text("password", 0, 256, "shared books; null: none").settable().editable().or_null().secret(),
    text("username", 0, 255, "who is logged on there").shown().settable().editable(),
    text("hostname", 0, 255, "as it says").shown().settable().editable(),
    text("platform", 0, 64, "Windows, Linux, Mac OS, Android, WebDesktop").shown().settable().editable(),
    boolean("registered", "a device of this server").shown(),
    boolean("online", "it is there").live(),
};

constexpr Field kEntryBulk[] = {
    word("action", "delete|add_tags|remove_tags|move|copy", "what to do with each; delete goes to the bin").needed(),
    guid("entries", "which").many().needed(),
    text("tags", 1, 64, "with add_tags and remove_tags").many(100).settable(),
    guid("book_guid", "with move and copy: where to").settable(),
};

constexpr Field kTag[] = {
    text("name", 1, 64, "unique in the book, with case").shown().needed().editable(),
    integer("colour", 0, 4294967295LL, "0xAARRGGBB").shown().settable().editable(),
    integer("entries", 0, 0, "how many have it").live(),
};

constexpr Field kRule[] = {
    guid("guid", "the rule").shown(),
    word("target", "user|user_group|everyone", "for whom").shown().needed(),
    object("who", "Ref", "null: everyone").shown().or_null(),
    guid("who_guid", "the user or group").settable().or_null(),
    word("level", kLevels, "a user's rule beats a group's, that one everyone's").shown().needed().editable(),
};

constexpr Field kBinned[] = {
    guid("guid", "the entry").shown(),
    text("id", 0, 255, "what it was").shown(),
    text("alias", 0, 255, "what the book called it").shown(),
    time("deleted", "when").shown(),
    time("expires", "when it goes for good").shown(),
};

constexpr Field kBinAct[] = {
    guid("entries", "which; missing: all").many().settable(),
};

constexpr Field kBinnedBook[] = {
    guid("guid", "the book").shown(),
    text("name", 0, 64, "what it was").shown(),
    object("owner", "Ref", "whose bin it lies in").shown(),
    time("deleted", "when").shown(),
    time("expires", "when it goes for good").shown(),
};

constexpr int64_t kLongestTable = 8 * 1024 * 1024;
constexpr Field kTable = text("text", 1, kLongestTable, "the table: a line of names, then a line a row").needed();
constexpr Field kTableFormat = word("format", "csv|jsonl", "CSV (missing) or JSON lines").settable();
constexpr Field kDryRun = boolean("dry_run", "says what would come of it, and changes nothing").settable();

constexpr Field kImport[] = {kTable, kTableFormat, kDryRun};

constexpr Field kBookImport[] = {
    kTable,
    kTableFormat,
    kDryRun,
    word("mode", "add|update|replace",
         "add: what is there stays; update (missing): it changes; replace: and what is not named goes to the bin")
        .settable(),
};

constexpr Field kImportFailure[] = {
    integer("line", 0, 0, "of the table, from 1").shown(),
    text("id", 0, 255, "what the row names").shown(),
    text("detail", 0, 500, "what is wrong with it").shown(),
};

constexpr Field kImportAnswer[] = {
    boolean("dry_run", "nothing was changed").shown(),
    integer("added", 0, 0, "rows that were new").shown(),
    integer("updated", 0, 0, "rows that changed something").shown(),
    integer("unchanged", 0, 0, "rows that said what is so already").shown(),
    integer("removed", 0, 0, "with replace: what the table does not name").shown(),
    integer("failures", 0, 0, "rows that could not be taken; the others were").shown(),
    object("failed", "ImportFailure", "the first 200 of them").many().shown(),
};

constexpr Schema kSchemas[] = {
    {"Import", "A table of users or devices.", kImport},
    {"BookImport", "A table of entries.", kBookImport},
    {"ImportFailure", "A row that could not be taken.", kImportFailure},
    {"ImportAnswer", "What came of a table.", kImportAnswer},
    {"Book", "An address book.", kBook},
    {"Entry", "A line of an address book.", kEntry},
    {"EntryBulk", "One act for many entries.", kEntryBulk},
    {"Tag", "A tag of an address book.", kTag},
    {"BookRule", "Who else may use a shared book.", kRule},
    {"BinnedEntry", "A deleted entry.", kBinned},
    {"BinAct", "Deleted entries.", kBinAct},
    {"BinnedBook", "A deleted book.", kBinnedBook},
};

}  // namespace

std::span<const Schema> book_schemas() { return kSchemas; }

}  // namespace junctor::accounts::admin
