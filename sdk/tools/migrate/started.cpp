// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/started.hpp"

#include <filesystem>
#include <utility>

#include "tools/migrate/files.hpp"
#include "tools/migrate/unit_files.hpp"
#include "tools/stock/start.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

class Gatherer {
 public:
  Gatherer(const Question& question, const std::string& directory, Report* report)
      : question_{question}, directory_{directory}, report_{report} {}

  stock::Site run() {
    for (const std::string& file : question_.env_files) needed(file);
    if (const std::string own = directory_ + "/.env"; fs::exists(own)) dot_env_ = own;
    for (const std::string& file : question_.units) {
      take(stock::read_unit(unit_with_drop_ins(file, unit_roots()), &remarks_), file);
    }
    for (const std::string& file : question_.composes) {
      take(stock::read_compose(file, needed(file), &remarks_), file);
    }
    for (const std::string& command : question_.commands) take_command(command);
    take_files_alone();
    report_->add(remarks_);
    return std::move(site_);
  }

 private:
  static std::string needed(const std::string& file) {
    auto text = read_small_file(file);
    if (!text) throw Refusal{file + ": no such file"};
    return std::move(*text);
  }

  void take(const std::vector<stock::Start>& starts, const std::string& file) {
    for (const stock::Start& start : starts) take_start(start, parent_of(file));
  }

  void take_command(const std::string& command) {
    std::vector<std::string> words;
    stock::Start start;
    const std::string origin = "--" + command.substr(0, command.find(' '));
    if (!stock::split_words(command, &words) || !stock::read_command(words, origin, &start)) {
      throw Refusal{origin + ": a quote without its end"};
    }
    take_start(start, directory_);
  }

  std::optional<stock::Values>& slot(stock::Program program) {
    return program == stock::Program::kHbbs ? site_.hbbs : site_.hbbr;
  }

  /// Flags, the file of -c, .env, the environment that it was started with, --env: each holds before the next.
  void take_start(const stock::Start& start, const std::string& base) {
    if (slot(start.program)) {
      throw Refusal{start.origin + ": " + std::string{stock::program_name(start.program)} +
                    " is started a second time; one of each is moved at once"};
    }
    check_directory(start, base);
    stock::Arguments arguments = stock::parse_arguments(start.program, start.args, start.origin + ": ", &remarks_);
    stock::Values& values = arguments.values;
    if (const auto file = values.find(stock::Id::kConfig); file != values.end()) {
      lay_file(start.program, (fs::path{directory_} / file->second.value).string(), &values);
    }
    if (!dot_env_.empty()) lay_file(start.program, dot_env_, &values);
    if (!start.files_hold_before) lay(start.program, start.environment, &values);
    for (auto file = start.files.rbegin(); file != start.files.rend(); ++file) {
      lay(start.program, pairs_of(*file, base), &values);
    }
    if (start.files_hold_before) lay(start.program, start.environment, &values);
    for (const std::string& file : question_.env_files) lay_file(start.program, file, &values);
    stock::settle_image(start.started_by, &values, &remarks_);
    slot(start.program) = std::move(values);
  }

  /// A server that had another directory as its own has its key and its peers there.
  void check_directory(const stock::Start& start, const std::string& base) {
    if (start.directory.empty()) return;
    std::error_code none;
    const fs::path said = fs::weakly_canonical(fs::path{base} / start.directory, none);
    const bool is_path = start.directory.find('/') != std::string::npos;  // else a volume's name
    if (none || !is_path || said == fs::path{directory_} || said / "" == fs::path{directory_} / "") return;
    remarks_.push_back({stock::Remark::Kind::kWarning, start.origin + ": it works in " + said.string() + ", not in " +
                                                           directory_ + "; its key and its peers are there"});
  }

  std::vector<stock::Pair> pairs_of(const stock::Start::File& file, const std::string& base) {
    const std::string path = (fs::path{base} / file.path).string();
    auto text = read_small_file(path);
    if (!text) {
      if (!file.optional) no_such(path);
      return {};
    }
    if (file.name.empty()) return stock::parse_env_file(path, *text, &remarks_);
    return {{file.name, std::string{stock::trimmed(*text)}, path}};
  }

  void lay_file(stock::Program program, const std::string& path, stock::Values* values) {
    lay(program, pairs_of({path, false, path, ""}, ""), values);
  }

  void lay(stock::Program program, const std::vector<stock::Pair>& pairs, stock::Values* values) {
    stock::lay_under(stock::values_of(program, pairs, &remarks_), values, &remarks_);
  }

  void no_such(const std::string& file) {
    remarks_.push_back({stock::Remark::Kind::kNotUnderstood, file + ": there is no such file"});
  }

  /// Where --env and DIR/.env are all that is known, both are taken to have run.
  void take_files_alone() {
    if (site_.hbbs || site_.hbbr || (dot_env_.empty() && question_.env_files.empty())) return;
    for (const stock::Program program : {stock::Program::kHbbs, stock::Program::kHbbr}) {
      stock::Start start;
      start.program = program;
      take_start(start, directory_);
    }
  }

  const Question& question_;
  const std::string& directory_;
  Report* report_;
  std::string dot_env_;  ///< empty: none
  stock::Remarks remarks_;
  stock::Site site_;
};

}  // namespace

stock::Site gather(const Question& question, const std::string& directory, Report* report) {
  return Gatherer{question, directory, report}.run();
}

}  // namespace junctor::tools::migrate
