// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/question.hpp"

#include <doctest/doctest.h>

#include "tools/junctorctl/command_line.hpp"

namespace junctor::tools::migrate {
namespace {

TEST_CASE("a question has one directory and any number of files that say how it ran") {
  const Question question =
      parse_question({"/srv/stock", "--to", "/srv/ours", "--config-dir", "/etc/x", "--unit", "a", "--unit", "b",
                      "--compose", "c", "--env", "d", "--hbbs", "-k _", "--dry-run"});
  CHECK(question.directory == "/srv/stock");
  CHECK(question.to == "/srv/ours");
  CHECK(question.config_dir == "/etc/x");
  CHECK(question.units == std::vector<std::string>{"a", "b"});
  CHECK(question.composes == std::vector<std::string>{"c"});
  CHECK(question.env_files == std::vector<std::string>{"d"});
  CHECK(question.commands == std::vector<std::string>{"hbbs -k _"});
  CHECK(question.dry_run);
  CHECK_FALSE(question.replace);
  CHECK(parse_question({"--back", "x"}).back);
  CHECK(parse_question({"--help"}).help);
}

TEST_CASE("a wrong question is refused with what was expected") {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{}, {"a", "b"}, {"a", "--to"}, {"a", "--nonsense"}, {"--dry-run"}}) {
    CHECK_THROWS_AS(parse_question(args), UsageError);
  }
}

}  // namespace
}  // namespace junctor::tools::migrate
