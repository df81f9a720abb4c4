// core/clusters/connection.cpp: the connection file, read with words for every way in which it may not serve.
//
// Whoever can change the file decides where a user's calls and code go, and whoever can read its key can run anything
// in the cluster. So a file is taken by its name only in folders of this user's alone, and every field is checked
// before anything is made of it.
#include <enginery/connection.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/clusters/address.hpp"
#include "core/clusters/certificates.hpp"
#include "core/clusters/json.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
/// In bytes; the files that `enginery start` writes have less than 4 KiB.
constexpr std::size_t kLargestFile = 64 * 1024, kLongestText = 4096;

/// One object of the file. Its fields are read by name; an error names the file and the field.
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
  /// One line, and not empty.
  std::string line(const std::string& field) const {
    std::string line = text(field);
    const bool clean = std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < 32 || c == 127; });
    if (line.empty() || line.size() > kLongestText || !clean) wrong(field, "is not a line of text");
    return line;
  }
  /// The address of a socket, of one of these schemes.
  std::string endpoint(const std::string& field, std::initializer_list<std::string_view> schemes) const {
    std::string url = line(field);
    const auto endpoint = cluster::Endpoint::parse(url);
    if (!endpoint || std::find(schemes.begin(), schemes.end(), endpoint->scheme) == schemes.end())
      wrong(field, fmt::format("is no address that begins with {}", fmt::join(schemes, " or ")));
    return url;
  }
  std::filesystem::path folder(const std::string& field) const {
    std::filesystem::path path = line(field);
    if (!path.is_absolute()) wrong(field, "is no absolute path");
    return path;
  }
  std::string cluster_name(const std::string& field) const try {
    return cluster::cluster_name(line(field));
  } catch (const ValueError& error) {
    wrong(field, fmt::format("is no cluster's name ({})", error.what()));
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
  bool has(const std::string& field) const { return object_.contains(field); }
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

/// What the file holds, and who else can read it.
struct Read {
  std::string text;
  ::mode_t mode;
  ::uid_t owner;
};

Read read_file(const std::filesystem::path& file) {
  const auto refuse = [&](const std::string& why) {
    return ConnectionError(fmt::format("{}: {}. `enginery start` writes one", file.string(), why));
  };
  // Without O_NONBLOCK, to open a pipe of that name would wait for its writer.
  const cluster::Descriptor fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status;
  if (!fd || ::fstat(fd.get(), &status) != 0)
    throw refuse(fmt::format("the connection file cannot be opened ({})", std::strerror(errno)));
  if (!S_ISREG(status.st_mode)) throw refuse("is not a connection file (no regular file)");
  Read result{std::string(kLargestFile + 1, '\0'), status.st_mode, status.st_uid};
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0 && size < result.text.size(); size += static_cast<std::size_t>(got))
    if ((got = ::read(fd.get(), result.text.data() + size, result.text.size() - size)) < 0)
      throw refuse(fmt::format("the connection file cannot be read ({})", std::strerror(errno)));
  if (size > kLargestFile) throw refuse(fmt::format("is not a connection file (more than {} bytes)", kLargestFile));
  result.text.resize(size);
  return result;
}

/// As ssh does with its keys: a file that others may have read or written proves nothing. `what`: why it matters.
void check_private(const std::filesystem::path& file, ::mode_t mode, ::uid_t owner, const char* what) {
  const std::string name = file.string();
  if (owner != ::geteuid() && owner != 0)
    throw ConnectionError(
        fmt::format("{}: {} and belongs to user {}, not to {}. Use a copy of your own, with mode 0600", name, what,
                    owner, ::geteuid()));
  if ((mode & 077) != 0)
    throw ConnectionError(
        fmt::format("{}: {}, and its mode is {:04o}, so that others can reach it. Make it yours alone: chmod 600 {}",
                    name, what, mode & 07777, name));
}

Connection::Remote remote_of(const Fields& fields) {
  Connection::Remote remote{fields.endpoint("requests", {cluster::kTls, cluster::kPlain}),
                            fields.endpoint("notifications", {cluster::kTls, cluster::kPlain})};
  const bool tls = remote.requests.starts_with(cluster::kTls);
  if (tls != remote.notifications.starts_with(cluster::kTls))
    fields.wrong("notifications", "is not as safe as requests");
  if (!tls) return remote;
  const Credentials credentials{fields.text("authority"), fields.text("certificate"), fields.text("key")};
  if (const std::string objection = cluster::objection_to(credentials); !objection.empty())
    fields.wrong("certificate", "cannot be used: " + objection);
  remote.credentials = credentials;
  return remote;
}

/// Words for an errno of writing `file`.
ConnectionError cannot_write(const std::filesystem::path& file, int error) {
  return ConnectionError(
      fmt::format("{}: the connection file cannot be written ({}). Check the folder, its rights and the space left",
                  file.string(), std::strerror(error)));
}

}  // namespace

/// Names the file in engines where the cluster's name does not lead to it.
static constexpr const char* kFileVariable = "ENGINERY_CONNECTION_FILE";

Connection Connection::load(const std::filesystem::path& file) {
  const Read read = read_file(file);
  const json root = cluster::parse_json_or_discard(read.text);
  if (!root.is_object())
    throw ConnectionError(
        fmt::format("{}: is not a connection file (no JSON object). `enginery start` writes one", file.string()));
  const Fields fields(file, root);
  if (fields.number("version", UINT64_MAX) != kVersion)
    fields.wrong("version", fmt::format("is {}, and this program reads version {}", cluster::json_line(root["version"]),
                                        kVersion));
  const Fields hub = fields.object("hub");
  Connection connection;
  connection.cluster = fields.cluster_name("cluster");
  connection.hub = {hub.endpoint("requests", {cluster::kIpc}), hub.endpoint("notifications", {cluster::kIpc}),
                    hub.uuid("uuid"), hub.process()};
  connection.launcher = fields.object("launcher").process();
  connection.directory = fields.folder("directory");
  connection.hostname = fields.line("hostname");
  connection.boot = fields.text("boot");
  connection.pid_namespace = fields.number("pid_namespace", UINT64_MAX);
  if (fields.has("remote")) {
    if (fields.object("remote").has("key")) check_private(file, read.mode, read.owner, "holds a key");
    connection.remote = remote_of(fields.object("remote"));
  }
  return connection;
}

void Connection::make_own(const std::filesystem::path& file) const {
  ::setenv("ENGINERY_CLUSTER", cluster.c_str(), 1);
  std::error_code error;
  if (std::filesystem::equivalent(file, cluster::runtime_path(cluster) / cluster::kConnectionFile, error))
    ::unsetenv(kFileVariable);
  else
    ::setenv(kFileVariable, std::filesystem::absolute(file).c_str(), 1);
}

std::filesystem::path Connection::find_file(const std::string& name) {
  const std::string cluster = cluster::cluster_name(name);
  if (const char* const own = name.empty() ? std::getenv(kFileVariable) : nullptr)
    if (load(own).cluster == cluster) return own;
  const std::filesystem::path directory = cluster::runtime_path(cluster);
  const std::filesystem::path file = directory / cluster::kConnectionFile;
  cluster::check_trusted(directory);
  struct stat status;
  if (::lstat(file.c_str(), &status) == 0) {
    check_private(file, status.st_mode, status.st_uid, "says where this user's calls go");
    return file;
  }
  if (const auto launcher = cluster::holder(directory))
    throw ConnectionError(fmt::format("cluster '{}' is starting or stopping (launcher pid {}); try again in a moment",
                                      cluster, launcher->pid));
  if (cluster::is_held(directory))
    throw ConnectionError(
        fmt::format("cluster '{}' is starting, or somebody removed its files and its launcher puts "
                    "them back; try again in a moment",
                    cluster));
  const auto log = cluster::kept_log(cluster);
  const std::string failed = log ? fmt::format(" It failed; {} says why.", log->string()) : std::string();
  const std::string remark = cluster::runtime_base_remark();
  throw ConnectionError(fmt::format("there is no cluster '{}' (no {}).{} {}. Start it with `enginery start{}`{}",
                                    cluster, file.string(), failed, cluster::running_clusters_text(),
                                    cluster::name_option(cluster), remark.empty() ? remark : ". " + remark));
}

Connection Connection::find(const std::string& name) {
  const Connection connection = load(find_file(name));
  connection.check_alive();
  return connection;
}

void Connection::save(const std::filesystem::path& file) const {
  json root = {{"version", kVersion},
               {"cluster", cluster},
               {"hub", cluster::to_json(hub)},
               {"launcher", {{"pid", launcher.pid}, {"start", launcher.start}}},
               {"directory", directory.string()},
               {"hostname", hostname},
               {"boot", boot},
               {"pid_namespace", pid_namespace}};
  if (remote) root["remote"] = cluster::to_json(*remote);
  const std::string text = cluster::json_exactly(root) + "\n";
  const std::filesystem::path fresh = file.string() + "." + std::to_string(::getpid());
  ::unlink(fresh.c_str());
  cluster::Descriptor fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) throw cannot_write(file, errno);
  const ssize_t written = ::write(fd.get(), text.data(), text.size());
  const int error = written < 0 ? errno : ENOSPC;
  fd.reset();
  if (written != static_cast<ssize_t>(text.size())) {
    ::unlink(fresh.c_str());
    throw cannot_write(file, error);
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) throw cannot_write(file, errno);
}

void Connection::check_alive() const {
  if (cluster::launcher_lives(*this).value_or(true)) return;
  throw ConnectionError(fmt::format(
      "cluster '{}' is gone: its launcher (pid {}) ended without cleaning up, and {} is "
      "stale. Start it again with `enginery start{}`",
      cluster, launcher.pid, (directory / cluster::kConnectionFile).string(), cluster::name_option(cluster)));
}

}  // namespace enginery
