// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/test_kit.hpp"

namespace junctor::accounts::admin {
namespace {

std::string table(const std::string& text, const std::string& more = "") {
  return JsonObject{}.put("text", text).str().insert(1, more);
}

struct ImportKit : Kit {
  ImportKit() { book = post("/books", R"({"name":"Sites"})").at("guid"); }
  Answered import(const std::string& text, const std::string& more = "") {
    return post("/books/" + book + "/import", table(text, more));
  }
  std::string exported(const std::string& target) {
    const Ask asked = ask(Method::kGet, target, {}, admin);
    const Found found = contract.find(asked.method, asked.path);
    REQUIRE(found.endpoint != nullptr);
    return store.read([&](const Sql& sql) {
      std::string out;
      for (int64_t after = 0, last = 0;; after = last, last = 0) {
        const std::string piece = engine.export_piece(sql, asked, found, after, &last, store.now());
        if (last == 0) return out;
        out += piece;
      }
    });
  }
  std::string book;
};

TEST_CASE("a table of entries comes in, and an export of it changes nothing") {
  ImportKit kit;
  const std::string text =
      "id,alias,tags,note,username,hostname,platform\r\nhost.example:21118,\"Front, "
      "desk\",one;two,=1+1,ada,front,Linux\r\n"
      "10.0.0.7,Back,,,,,\r\n";
  const Answered first = kit.import(text);
  REQUIRE(first.status == 200);
  CHECK(first.at("added") == "2");
  const std::string out = kit.exported("/books/" + kit.book + "/export");
  CHECK(out.find("\"Front, desk\",one;two,\"'=1+1\",ada") != std::string::npos);
  const Answered again = kit.import(out);
  CHECK(again.at("unchanged") == "2");
  CHECK(again.at("updated") == "0");
  const std::string lines = kit.exported("/books/" + kit.book + "/export?format=jsonl");
  CHECK(lines.find(R"("tags":["one","two"])") != std::string::npos);
  CHECK(kit.import(lines, R"("format":"jsonl",)").at("unchanged") == "2");
}

TEST_CASE("modes: add leaves what is there, update changes it, replace bins the rest") {
  ImportKit kit;
  kit.import("id,alias\na@b,old\nc@d,other\n");
  CHECK(kit.import("id;alias\na@b;new\n", R"("mode":"add",)").at("unchanged") == "1");
  CHECK(kit.import("id;alias\na@b;new\n").at("updated") == "1");
  const Answered replaced = kit.import("id,alias\na@b,new\n", R"("mode":"replace",)");
  CHECK(replaced.at("removed") == "1");
  CHECK(kit.get("/books/" + kit.book + "/entries").rows() == 1);
  CHECK(kit.get("/books/" + kit.book + "/bin").rows() == 1);
}

TEST_CASE("a try tells everything and changes nothing") {
  ImportKit kit;
  const Answered answer = kit.import("id,alias\na@b,x\nnonsense,y\n", R"("dry_run":true,)");
  CHECK(answer.at("dry_run") == "true");
  CHECK(answer.at("added") == "1");
  CHECK(answer.at("failures") == "1");
  CHECK(answer.json->getArray("failed")->getObject(0)->getValue<int>("line") == 3);
  CHECK(kit.get("/books/" + kit.book + "/entries").rows() == 0);
  CHECK(kit.get("/audit/console?operation=import").rows() == 0);
}

TEST_CASE("what is no table of these columns is refused as a whole") {
  ImportKit kit;
  for (const std::string wrong : {"name\nx\n", "id,alias\na@b,c,d\n", "alias\nx\n", "id,alias\n,x\n", "\n"}) {
    CAPTURE(wrong);
    CHECK(kit.import(wrong).status == 422);
  }
  CHECK(kit.import("{\"id\":7", R"("format":"jsonl",)").status == 422);
  CHECK(kit.import("{\"id\":{\"a\":1}}", R"("format":"jsonl",)").status == 422);
}

TEST_CASE("users come in without passwords, into groups by name; what fails is named") {
  ImportKit kit;
  kit.post("/user-groups", R"({"name":"Sales"})");
  const std::string text =
      "name,email,group,may_initiate\nada,ada@example.org,Sales,no\nbob,ada@example.org,,\ncyd,,Nowhere,\n";
  CHECK(kit.post("/users/import", table(text, R"("dry_run":true,)")).at("added") == "1");
  CHECK(kit.get("/users?name=ada").rows() == 0);
  const Answered done = kit.post("/users/import", table(text));
  CHECK(done.at("added") == "1");
  CHECK(done.at("failures") == "2");
  const auto ada = kit.get("/users?name=ada").row(0);
  CHECK(ada->getObject("group")->getValue<std::string>("name") == "Sales");
  CHECK_FALSE(ada->getValue<bool>("may_initiate"));
  CHECK(kit.post("/users/import", table(kit.exported("/users/export?name=ada"))).at("unchanged") == "1");
  const std::string plain = kit.session_of(kit.add("plain"));
  CHECK(kit.call(kit.ask(Method::kPost, "/users/import", table(text), plain)).status == 403);
}

TEST_CASE("devices get names, owners and groups by a table; strangers are named and not made") {
  ImportKit kit;
  kit.add("ada");
  kit.add_device("700000001");
  kit.post("/device-groups", R"({"name":"Lab"})");
  const Answered done =
      kit.post("/devices/import", table("id,name,owner,group\n700000001,Front,ada,Lab\n700000002,Back,ada,Lab\n"));
  CHECK(done.at("updated") == "1");
  CHECK(done.at("failures") == "1");
  const std::string out = kit.exported("/devices/export");
  CHECK(out.find("700000001,Front,,ada,Lab") != std::string::npos);
  CHECK(kit.post("/devices/import", table(out)).at("unchanged") == "1");
  const Answered freed = kit.post("/devices/import", table("id,owner\n700000001,\n"));
  CHECK(freed.at("updated") == "1");
  CHECK(kit.get("/devices?unassigned=false").row(0)->isNull("owner"));
}

}  // namespace
}  // namespace junctor::accounts::admin
