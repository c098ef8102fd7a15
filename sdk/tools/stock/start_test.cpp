// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/start.hpp"

#include <doctest/doctest.h>

#include "tools/stock/test_site.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;
using Words = std::vector<std::string>;

constexpr const char* kUnit = R"([Unit]
Description=ID server
[Service]
Type=simple
# ExecStart=/old/hbbs
Environment="ALWAYS_USE_RELAY=Y" RUST_LOG=warn
EnvironmentFile=-/etc/default/hbbs
ExecStart=/usr/bin/hbbs -r rd.example.org \
  -k _
WorkingDirectory=/var/lib/rustdesk-server/
Restart=always
)";

TEST_CASE("a unit gives its command, its environment and where they stand") {
  Remarks remarks;
  const auto starts = read_unit({{"hbbs.service", kUnit}}, &remarks);
  CHECK(remarks.empty());
  REQUIRE(starts.size() == 1);
  CHECK(starts[0].program == Program::kHbbs);
  CHECK(starts[0].args == Words{"-r", "rd.example.org", "-k", "_"});
  CHECK(starts[0].origin == "hbbs.service:8");
  REQUIRE(starts[0].environment.size() == 2);
  CHECK(starts[0].environment[0].name == "ALWAYS_USE_RELAY");
  CHECK(starts[0].environment[1].value == "warn");
  REQUIRE(starts[0].files.size() == 1);
  CHECK(starts[0].files[0].path == "/etc/default/hbbs");
  CHECK(starts[0].files[0].optional);
  CHECK(starts[0].files_hold_before);
  CHECK(starts[0].directory == "/var/lib/rustdesk-server/");
}

TEST_CASE("a unit of something else, or with variables, is not guessed at") {
  for (const char* text : {"[Service]\nExecStart=/usr/bin/nginx\n", "[Service]\nExecStart=hbbs $OPTIONS\n",
                           "[Service]\nExecStart=/bin/sh -c 'hbbs -k _'\n", "ExecStart=hbbs\n", ""}) {
    CAPTURE(text);
    Remarks remarks;
    CHECK(read_unit({{"x", text}}, &remarks).empty());
    CHECK_FALSE(remarks_of(remarks, Kind::kNotUnderstood).empty());
  }
}

/// The words of the one start that `files` have; empty where there is none.
Words words_of(const std::vector<UnitFile>& files, Remarks* remarks) {
  const auto starts = read_unit(files, remarks);
  return starts.size() == 1 ? starts[0].args : Words{};
}

TEST_CASE("a drop-in's empty line takes back what the unit said, and what follows holds") {
  Remarks remarks;
  const std::vector<UnitFile> files = {
      {"hbbs.service", kUnit},
      {"override.conf",
       "[Service]\nExecStart=\nExecStart=/opt/hbbs -k -\nEnvironment=\nEnvironment=PORT=21200\n"
       "EnvironmentFile=\nEnvironmentFile=/etc/site.env\nWorkingDirectory=/srv/rd\n"}};
  const auto starts = read_unit(files, &remarks);
  CHECK(remarks.empty());
  REQUIRE(starts.size() == 1);
  CHECK(starts[0].args == Words{"-k", "-"});
  CHECK(starts[0].origin == "override.conf:3");
  REQUIRE(starts[0].environment.size() == 1);
  CHECK(starts[0].environment[0].origin == "override.conf:5");
  REQUIRE(starts[0].files.size() == 1);
  CHECK(starts[0].files[0].path == "/etc/site.env");
  CHECK(starts[0].directory == "/srv/rd");
}

TEST_CASE("an ExecStart taken back, or given twice, starts nothing and nothing else") {
  Remarks remarks;
  CHECK(words_of({{"u", kUnit}, {"d", "[Service]\nExecStart=\n"}}, &remarks).empty());
  CHECK(has(remarks_of(remarks, Kind::kNotUnderstood), "u: no ExecStart"));
  remarks.clear();
  CHECK(words_of({{"u", kUnit}, {"d", "[Service]\nExecStart=/opt/hbbs -k x\n"}}, &remarks).size() == 4);
  CHECK(has(remarks_of(remarks, Kind::kNotUnderstood), "d:2: a second ExecStart"));
}

TEST_CASE("systemctl cat of both servers is two units, each with its drop-ins") {
  Remarks remarks;
  const auto starts = read_unit({{"cat",
                                  "# /lib/systemd/system/hbbs.service\n[Service]\nExecStart=/usr/bin/hbbs\n\n"
                                  "# /etc/systemd/system/hbbs.service.d/override.conf\n[Service]\nExecStart=\n"
                                  "ExecStart=/usr/bin/hbbs -k _\n\n"
                                  "# /lib/systemd/system/hbbr.service\n[Service]\nExecStart=/usr/bin/hbbr\n"}},
                                &remarks);
  CHECK(remarks.empty());
  REQUIRE(starts.size() == 2);
  CHECK(starts[0].program == Program::kHbbs);
  CHECK(starts[0].args == Words{"-k", "_"});
  CHECK(starts[0].origin == "cat:8");
  CHECK(starts[1].program == Program::kHbbr);
  CHECK(starts[1].args.empty());
}

TEST_CASE("what a unit says about whom it serves is named, how it runs is not") {
  Remarks remarks;
  CHECK(words_of({{"u",
                   "[Service]\nUser=rd\nLimitNOFILE=9\nProtectSystem=full\nIPAddressDeny=192.0.2.0/24\n"
                   "ExecStartPre=/bin/prepare\nPassEnvironment=KEY\nExecStart=/usr/bin/hbbs -k _\n"}},
                 &remarks)
            .size() == 2);
  CHECK(remarks_of(remarks, Kind::kNotUnderstood) ==
        "u:5: IPAddressDeny=192.0.2.0/24 is not carried over\nu:6: ExecStartPre=/bin/prepare is not carried over\n"
        "u:7: PassEnvironment=KEY is not carried over\n");
}

TEST_CASE("a doubled sign stands for itself, and a dollar in Environment is one") {
  Remarks remarks;
  const auto starts =
      read_unit({{"u", "[Service]\nEnvironment=KEY=a$b%%c\nExecStart=/usr/bin/hbbs -r a$$b%%c\n"}}, &remarks);
  CHECK(remarks.empty());
  REQUIRE(starts.size() == 1);
  CHECK(starts[0].args == Words{"-r", "a$b%c"});
  CHECK(starts[0].environment[0].value == "a$b%c");
  CHECK(
      read_unit({{"u", "[Service]\nEnvironment=KEY=%H\nExecStart=/usr/bin/hbbs\n"}}, &remarks)[0].environment.empty());
  CHECK(has(remarks_of(remarks, Kind::kNotUnderstood), "u:2: \"KEY=%H\" has variables or specifiers"));
}

}  // namespace
}  // namespace junctor::stock
