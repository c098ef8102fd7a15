// SPDX-License-Identifier: Apache-2.0
// Calls about address books. What one may do is decided by the books' own rules (accounts.md 16). Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kScope = "address-books";

constexpr Field kBookFilters[] = {
    text("name", 1, 64, "part of the name"),
    guid("owner", "owned by this user"),
    word("kind", "personal|shared", "which kind"),
};

constexpr Field kEntryFilters[] = {
    text("search", 1, 255, "part of id, alias, username or hostname"),
    text("id", 1, 255, "part of the id"),
    text("alias", 1, 255, "part of the alias"),
    text("tag", 1, 64, "with this tag; several times: with any of them").many(100),
    boolean("all_tags", "with all of them"),
    boolean("untagged", "without any tag, or with"),
    boolean("registered", "devices of this server, or others"),
};

constexpr Field kExport[] = {
    kFormat,
};

constexpr Endpoint kEndpoints[] = {
    list("books.list", "/books", "Book")
        .scoped(kScope)
        .filters(kBookFilters)
        .sorted("name|created")
        .says("One's own book and the shared ones one may see; administrators see all shared ones."),
    create("books.create", "/books", "Book").scoped(kScope).says("A new shared book."),
    list("books.bin", "/books/bin", "BinnedBook").scoped(kScope).sorted("-deleted").says("Deleted books of one's own."),
    act("books.restore", "/books/bin/{book}/restore", "Book").scoped(kScope).says("Brings a deleted book back."),
    get("books.get", "/books/{book}", "Book").scoped(kScope).says("A book."),
    edit("books.update", "/books/{book}", "Book").scoped(kScope).says("Changes a book."),
    remove("books.delete", "/books/{book}")
        .scoped(kScope)
        .says("Puts a shared book into its owner's bin, for 30 days."),

    list("books.entries", "/books/{book}/entries", "Entry")
        .scoped(kScope)
        .filters(kEntryFilters)
        .sorted("alias|id|hostname")
        .says("Entries of a book."),
    create("books.addEntry", "/books/{book}/entries", "Entry").scoped(kScope).says("A new entry."),
    get("books.entry", "/books/{book}/entries/{entry}", "Entry").scoped(kScope).says("An entry."),
    edit("books.updateEntry", "/books/{book}/entries/{entry}", "Entry").scoped(kScope).says("Changes an entry."),
    remove("books.deleteEntry", "/books/{book}/entries/{entry}").scoped(kScope).says("Puts an entry into the bin."),
    act("books.bulk", "/books/{book}/entries/bulk", "BulkAnswer")
        .takes("EntryBulk")
        .scoped(kScope)
        .says("One act for many entries."),

    act("books.import", "/books/{book}/import", "ImportAnswer")
        .takes("BookImport")
        .scoped(kScope)
        .says("Takes a table of entries; with dry_run it only says what would come of it."),
    stream("books.export", "/books/{book}/export")
        .scoped(kScope)
        .filters(kExport)
        .says("All entries as a stream, in the form that import takes. No passwords."),

    list("books.tags", "/books/{book}/tags", "Tag").scoped(kScope).sorted("name").says("Tags of a book."),
    create("books.addTag", "/books/{book}/tags", "Tag").scoped(kScope).says("A new tag."),
    edit("books.updateTag", "/books/{book}/tags/{tag}", "Tag")
        .scoped(kScope)
        .says("Renames or colours a tag; onto an existing one: they become one."),
    remove("books.deleteTag", "/books/{book}/tags/{tag}")
        .scoped(kScope)
        .says("Takes a tag from the book and its entries."),

    list("books.rules", "/books/{book}/rules", "BookRule")
        .scoped(kScope)
        .sorted("guid")
        .says("Who else may use a shared book."),
    create("books.addRule", "/books/{book}/rules", "BookRule")
        .scoped(kScope)
        .says("Shares a book; a target that has a rule gets this one instead."),
    edit("books.updateRule", "/books/{book}/rules/{rule}", "BookRule").scoped(kScope).says("Changes the level."),
    remove("books.deleteRule", "/books/{book}/rules/{rule}").scoped(kScope).says("Ends a sharing."),

    list("books.entryBin", "/books/{book}/bin", "BinnedEntry")
        .scoped(kScope)
        .sorted("-deleted")
        .says("Deleted entries of a book, for 30 days."),
    act("books.restoreEntries", "/books/{book}/bin/restore", "BulkAnswer")
        .takes("BinAct")
        .scoped(kScope)
        .says("Brings deleted entries back."),
    act("books.emptyBin", "/books/{book}/bin/empty", "BulkAnswer")
        .takes("BinAct")
        .scoped(kScope)
        .says("Deletes for good."),
};

}  // namespace

std::span<const Endpoint> book_endpoints() { return kEndpoints; }

}  // namespace junctor::accounts::admin
