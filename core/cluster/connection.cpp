// core/cluster/connection.cpp: the connection file, read with words for every way in which it may not serve.
#include <enginery/connection.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <enginery/errors.hpp>

#include "core/cluster/runtime_directory.hpp"

namespace enginery {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

/// One object of the file; its fields are read by name, and what is wrong is said with file and field.
class Fields {
 public:
  Fields(const std::filesystem::path& file, const json& object, std::string prefix = "")
      : file_(file), object_(object), prefix_(std::move(prefix)) {}

  [[noreturn]] void wrong(const std::string& field, const std::string& problem) const {
    throw ConnectionError(fmt::format(
        "{}: field '{}{}' {}. The file is written by `enginery start` of the same version; start the cluster again",
        file_.string(), prefix_, field, problem));
  }
  const json& at(const std::string& field) const {
    const auto found = object_.find(field);
    if (found == object_.end()) wrong(field, "is missing");
    return *found;
  }
  std::string text(const std::string& field) const {
    const json& value = at(field);
    if (!value.is_string()) wrong(field, "is not a string");
    return value.get<std::string>();
  }
  std::uint64_t number(const std::string& field, std::uint64_t limit) const {
    const json& value = at(field);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > limit) wrong(field, "is not a number in range");
    return value.get<std::uint64_t>();
  }
  Uuid uuid(const std::string& field) const try { return Uuid::parse(text(field)); } catch (const ValueError& error) {
    wrong(field, fmt::format("is no uuid ({})", error.what()));
  }
  ProcessId process() const { return {static_cast<int>(number("pid", INT_MAX)), number("start", UINT64_MAX)}; }
  Fields object(const std::string& field) const {
    const json& value = at(field);
    if (!value.is_object()) wrong(field, "is not an object");
    return Fields(file_, value, prefix_ + field + ".");
  }

 private:
  const std::filesystem::path& file_;
  const json& object_;
  std::string prefix_;
};

std::string own_hostname() {
  char name[HOST_NAME_MAX + 1] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

/// Words for an errno of writing `file`.
ConnectionError cannot_write(const std::filesystem::path& file, int error) {
  return ConnectionError(
      fmt::format("{}: the connection file cannot be written ({}). Check the folder, its rights and "
                  "the space left",
                  file.string(), std::strerror(error)));
}

}  // namespace

Connection Connection::load(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream)
    throw ConnectionError(fmt::format("{}: the connection file cannot be opened ({}). `enginery start` writes one",
                                      file.string(), std::strerror(errno)));
  std::stringstream text;
  text << stream.rdbuf();
  const json root = json::parse(text.str(), nullptr, false);
  if (!root.is_object())
    throw ConnectionError(
        fmt::format("{}: is not a connection file (no JSON object). `enginery start` writes one", file.string()));
  const Fields fields(file, root);
  if (fields.number("version", UINT64_MAX) != kVersion)
    fields.wrong("version", fmt::format("is {}, and this program reads version {}", root["version"].dump(), kVersion));
  const Fields hub = fields.object("hub");
  Connection connection;
  connection.cluster = fields.text("cluster");
  connection.hub = {hub.text("requests"), hub.text("notifications"), hub.uuid("uuid"), hub.process()};
  connection.launcher = fields.object("launcher").process();
  connection.directory = fields.text("directory");
  connection.hostname = fields.text("hostname");
  return connection;
}

Connection Connection::find(const std::string& name) {
  const std::string cluster = cluster::cluster_name(name);
  const std::filesystem::path directory = cluster::runtime_path(cluster);
  const std::filesystem::path file = directory / cluster::kConnectionFile;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file))) {
    if (const auto launcher = cluster::holder(directory))
      throw ConnectionError(fmt::format("cluster '{}' is starting or stopping (launcher pid {}); try again in a moment",
                                        cluster, launcher->pid));
    throw ConnectionError(fmt::format("there is no cluster '{}' (no {}). {}. Start it with `enginery start{}`", cluster,
                                      file.string(), cluster::running_clusters_text(),
                                      cluster == "default" ? "" : " --name " + cluster));
  }
  const Connection connection = load(file);
  connection.check_alive();
  return connection;
}

void Connection::save(const std::filesystem::path& file) const {
  const json root = {{"version", kVersion},
                     {"cluster", cluster},
                     {"hub",
                      {{"requests", hub.requests},
                       {"notifications", hub.notifications},
                       {"uuid", hub.uuid.text()},
                       {"pid", hub.process.pid},
                       {"start", hub.process.start}}},
                     {"launcher", {{"pid", launcher.pid}, {"start", launcher.start}}},
                     {"directory", directory.string()},
                     {"hostname", hostname}};
  const std::string text = root.dump(2) + "\n";
  const std::filesystem::path fresh = file.string() + "." + std::to_string(::getpid());
  ::unlink(fresh.c_str());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) throw cannot_write(file, errno);
  const ssize_t written = ::write(fd, text.data(), text.size());
  const int error = written < 0 ? errno : ENOSPC;
  ::close(fd);
  if (written != static_cast<ssize_t>(text.size())) {
    ::unlink(fresh.c_str());
    throw cannot_write(file, error);
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) throw cannot_write(file, errno);
}

void Connection::check_alive() const {
  if (hostname != own_hostname() || launcher.alive()) return;
  throw ConnectionError(
      fmt::format("cluster '{}' is gone: its launcher (pid {}) ended without a goodbye, and {} is "
                  "stale. Start it again with `enginery start{}`",
                  cluster, launcher.pid, (directory / cluster::kConnectionFile).string(),
                  cluster == "default" ? "" : " --name " + cluster));
}

}  // namespace enginery
