// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/question.hpp"

#include "tools/junctorctl/command_line.hpp"

namespace junctor::tools::migrate {

const char* const kHelp =
    "usage: junctorctl migrate DIR [OPTIONS]          from a stock server's directory\n"
    "       junctorctl migrate --back DIR [OPTIONS]   from Junctor's data directory to a stock server\n"
    "\n"
    "DIR has id_ed25519, id_ed25519.pub and db_v2.sqlite3. Without --to it is used in place: nothing in it is "
    "changed.\n"
    "\n"
    "  --to DIR2          copy the keys, the database and the lists there; DIR is left as it is\n"
    "  --config-dir DIR3  where 85-migrated.toml goes, or with --back what is read (default: the installed conf.d)\n"
    "  --unit FILE        a systemd unit that starts hbbs or hbbr, with its drop-ins; or what `systemctl cat` says\n"
    "  --compose FILE     a compose file that starts them\n"
    "  --env FILE         lines NAME=VALUE, for both; DIR/.env is read without being named\n"
    "  --hbbs ARGS        how hbbs was started: --hbbs '-r rd.example.org -k _'\n"
    "  --hbbr ARGS        how hbbr was started\n"
    "  --replace          what stands in the way in DIR2 is moved to NAME.before-migration\n"
    "  --leave-out        go on without what is not understood; else it is refused, for it may be a rule\n"
    "  --dry-run          say everything, write nothing\n"
    "  --json             the same as JSON\n"
    "\n"
    "A second run changes nothing that has not changed. Exit code 1: refused, and nothing was written.\n";

namespace {

/// The next word is the option's.
std::string value_of(const std::vector<std::string>& args, size_t* at) {
  if (*at + 1 == args.size()) throw UsageError{args[*at] + " needs a value"};
  return args[++*at];
}

bool take_flag(const std::string& word, Question* question) {
  if (word == "--replace") return question->replace = true;
  if (word == "--leave-out") return question->leave_out = true;
  if (word == "--dry-run") return question->dry_run = true;
  if (word == "--back") return question->back = true;
  if (word == "--help" || word == "-h") return question->help = true;
  return false;
}

bool take_option(const std::vector<std::string>& args, size_t* at, Question* question) {
  const std::string& word = args[*at];
  if (word == "--to") return question->to = value_of(args, at), true;
  if (word == "--config-dir") return question->config_dir = value_of(args, at), true;
  if (word == "--unit") return question->units.push_back(value_of(args, at)), true;
  if (word == "--compose") return question->composes.push_back(value_of(args, at)), true;
  if (word == "--env") return question->env_files.push_back(value_of(args, at)), true;
  if (word == "--hbbs" || word == "--hbbr") {
    question->commands.push_back(word.substr(2) + " " + value_of(args, at));
    return true;
  }
  return false;
}

}  // namespace

Question parse_question(const std::vector<std::string>& args) {
  Question question;
  for (size_t at = 0; at < args.size(); ++at) {
    const std::string& word = args[at];
    if (take_flag(word, &question) || take_option(args, &at, &question)) continue;
    if (word.substr(0, 1) == "-") throw UsageError{"migrate has no option " + word + "; junctorctl migrate --help"};
    if (!question.directory.empty()) throw UsageError{"one DIR is enough, got \"" + word + "\" too"};
    question.directory = word;
  }
  if (question.directory.empty() && !question.help)
    throw UsageError{"expected: migrate DIR; junctorctl migrate --help"};
  return question;
}

}  // namespace junctor::tools::migrate
