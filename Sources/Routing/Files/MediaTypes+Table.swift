// What the web uses, from IANA's registry of media types and, where that has none, what browsers and the media-types package of
// Debian agree on. In the form of /etc/mime.types: a type, and the ends of names that have it.

extension MediaTypes {
    package static let table: StaticString = """
        text/cache-manifest appcache
        text/calendar ics ifb
        text/css css
        text/csv csv
        text/html html htm shtml
        text/javascript js mjs cjs es
        text/markdown md markdown
        text/n3 n3
        text/plain txt text log conf ini diff patch srt
        text/tab-separated-values tsv
        text/troff man roff
        text/turtle ttl
        text/vcard vcf vcard
        text/vtt vtt
        text/x-c c h cc cpp hpp
        text/x-java java
        text/x-python py
        text/x-swift swift
        text/x-tex tex ltx
        text/yaml yaml yml
        application/atom+xml atom
        application/dash+xml mpd
        application/dicom dcm
        application/epub+zip epub
        application/geo+json geojson
        application/gpx+xml gpx
        application/gzip gz tgz
        application/java-archive jar war ear
        application/json json map topojson
        application/ld+json jsonld
        application/manifest+json webmanifest
        application/mathml+xml mathml mml
        application/mbox mbox
        application/msword doc dot
        application/n-quads nq
        application/n-triples nt
        application/octet-stream bin exe dll msi dmg iso img so o deb rpm
        application/ogg ogx
        application/pdf pdf
        application/pgp-encrypted pgp gpg
        application/pgp-signature asc sig
        application/pkcs10 p10 csr
        application/pkcs7-mime p7m p7c
        application/pkcs7-signature p7s
        application/pkix-cert cer
        application/pkix-crl crl
        application/postscript ps eps ai
        application/problem+json problem
        application/rdf+xml rdf owl
        application/rss+xml rss
        application/rtf rtf
        application/schema+json jsonschema
        application/smil+xml smil smi
        application/sparql-query rq
        application/sql sql
        application/vnd.amazon.ebook azw
        application/vnd.android.package-archive apk
        application/vnd.apple.installer+xml mpkg
        application/vnd.apple.keynote key
        application/vnd.apple.mpegurl m3u8
        application/vnd.apple.numbers numbers
        application/vnd.apple.pages pages
        application/vnd.google-earth.kml+xml kml
        application/vnd.google-earth.kmz kmz
        application/vnd.mapbox-vector-tile mvt
        application/vnd.ms-excel xls xlt
        application/vnd.ms-fontobject eot
        application/vnd.ms-powerpoint ppt pps pot
        application/vnd.ms-project mpp
        application/vnd.oasis.opendocument.graphics odg
        application/vnd.oasis.opendocument.presentation odp
        application/vnd.oasis.opendocument.spreadsheet ods
        application/vnd.oasis.opendocument.text odt
        application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
        application/vnd.openxmlformats-officedocument.presentationml.slideshow ppsx
        application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
        application/vnd.openxmlformats-officedocument.spreadsheetml.template xltx
        application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
        application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx
        application/vnd.rar rar
        application/vnd.sqlite3 sqlite sqlite3
        application/vnd.tcpdump.pcap pcap cap
        application/vnd.visio vsd
        application/vnd.apache.parquet parquet
        application/vnd.apache.arrow.file arrow
        application/vnd.mozilla.xul+xml xul
        application/wasm wasm
        application/x-7z-compressed 7z
        application/x-bittorrent torrent
        application/x-bzip2 bz2
        application/x-lzip lz
        application/x-mobipocket-ebook mobi prc
        application/x-ndjson ndjson jsonl
        application/x-sh sh
        application/x-shockwave-flash swf
        application/x-tar tar
        application/x-x509-ca-cert pem crt der
        application/x-xpinstall xpi
        application/x-xz xz
        application/xhtml+xml xhtml xht
        application/xml xml xsl xsd dtd
        application/xml-external-parsed-entity ent
        application/xslt+xml xslt
        application/xspf+xml xspf
        application/zip zip
        application/zstd zst
        audio/aac aac
        audio/ac3 ac3
        audio/amr amr
        audio/basic au snd
        audio/flac flac
        audio/matroska mka
        audio/midi mid midi kar
        audio/mp4 m4a m4b
        audio/mpeg mp3 mpga
        audio/ogg ogg oga opus spx
        audio/wav wav
        audio/webm weba
        audio/x-aiff aif aiff aifc
        audio/x-mpegurl m3u
        audio/x-ms-wma wma
        audio/x-scpls pls
        font/collection ttc
        font/otf otf
        font/ttf ttf
        font/woff woff
        font/woff2 woff2
        image/apng apng
        image/avif avif
        image/bmp bmp
        image/emf emf
        image/gif gif
        image/heic heic
        image/heif heif
        image/jp2 jp2
        image/jpeg jpg jpeg jpe jfif
        image/jxl jxl
        image/ktx ktx
        image/ktx2 ktx2
        image/png png
        image/svg+xml svg
        image/tiff tif tiff
        image/vnd.adobe.photoshop psd
        image/vnd.djvu djvu djv
        image/vnd.dxf dxf
        image/vnd.microsoft.icon ico
        image/webp webp
        image/wmf wmf
        image/x-portable-bitmap pbm
        image/x-portable-graymap pgm
        image/x-portable-pixmap ppm
        image/x-xcf xcf
        message/rfc822 eml
        model/3mf 3mf
        model/gltf+json gltf
        model/gltf-binary glb
        model/mtl mtl
        model/obj obj
        model/step step stp
        model/stl stl
        model/vnd.collada+xml dae
        model/vnd.usdz+zip usdz
        model/vrml wrl vrml
        multipart/related mht mhtml
        video/3gpp 3gp 3gpp
        video/3gpp2 3g2
        video/matroska mkv
        video/mp2t ts m2ts
        video/mp4 mp4 m4v mp4v
        video/mpeg mpeg mpg mpe
        video/ogg ogv
        video/quicktime mov qt
        video/webm webm
        video/x-flv flv
        video/x-ms-asf asf asx
        video/x-ms-wmv wmv
        video/x-msvideo avi
        """
}
