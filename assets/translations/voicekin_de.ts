<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About VoiceKin</source>
        <translation>Über VoiceKin</translation>
    </message>
    <message>
        <source>Which emotion a recording of speech sounds like, and why: by the nearest recordings it knows.</source>
        <translation>VoiceKin sagt, nach welcher Emotion eine Sprachaufnahme klingt, und zeigt als Gründe die ähnlichsten Aufnahmen, die es kennt.</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Diagnose kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>with {0}</source>
        <translation>mit {0}</translation>
    </message>
    <message>
        <source>Pack {0} {1}: {2}</source>
        <translation>Paket {0} {1}: {2}</translation>
    </message>
    <message>
        <source>The method: Wang, Zhao, Qin, “Supervised Contrastive Learning with Nearest Neighbor Search for Speech Emotion Recognition”, Interspeech 2023.</source>
        <translation>Das Verfahren: Wang, Zhao, Qin, „Supervised Contrastive Learning with Nearest Neighbor Search for Speech Emotion Recognition“, Interspeech 2023.</translation>
    </message>
</context>
<context>
    <name>Answer</name>
    <message>
        <source>Uncertain</source>
        <translation>Unsicher</translation>
    </message>
    <message>
        <source>No speech was heard in it, so there is no answer.</source>
        <translation>Es war keine Sprache zu hören, daher gibt es keine Antwort.</translation>
    </message>
    <message>
        <source>It is too quiet: record closer to the microphone, or turn it up.</source>
        <translation>Die Aufnahme ist zu leise: Gehen Sie näher ans Mikrofon, oder stellen Sie es lauter.</translation>
    </message>
    <message>
        <source>{0} or {1}</source>
        <translation>{0} oder {1}</translation>
    </message>
    <message>
        <source>Mostly {0}</source>
        <translation>Meist {0}</translation>
    </message>
    <message>
        <source>{0} and {1}</source>
        <translation>{0} und {1}</translation>
    </message>
    <message>
        <source>No speech</source>
        <translation>Keine Sprache</translation>
    </message>
    <message>
        <source>{0} of the time</source>
        <translation>{0} der Zeit</translation>
    </message>
    <message>
        <source>Of the time: {0}. The timeline shows when; the bars are the mean of all parts.</source>
        <translation>Anteile der Zeit: {0}. Der Zeitverlauf zeigt, wann; die Balken sind das Mittel aller Teile.</translation>
    </message>
    <message>
        <source>The sound does not say which of the two.</source>
        <translation>Der Klang verrät nicht, welches von beiden.</translation>
    </message>
    <message>
        <source>“{0}” leads, but “{1}” can’t be ruled out.</source>
        <translation>„{0}“ liegt vorn, aber „{1}“ ist nicht auszuschließen.</translation>
    </message>
    <message>
        <source>It could just as well be “{0}”: the two are close.</source>
        <translation>Es könnte ebenso „{0}“ sein: Beide liegen dicht beieinander.</translation>
    </message>
    <message>
        <source>The closest is “{0}” at {1}.</source>
        <translation>Am nächsten liegt „{0}“ mit {1}.</translation>
    </message>
    <message>
        <source>Too little speech was heard in it.</source>
        <translation>Darin war zu wenig Sprache zu hören.</translation>
    </message>
    <message>
        <source>This sounds unlike anything the pack knows.</source>
        <translation>Das klingt nach nichts, was das Paket kennt.</translation>
    </message>
    <message>
        <source>It could be {0}.</source>
        <translation>Möglich sind {0}.</translation>
    </message>
    <message>
        <source>No emotion stands out.</source>
        <translation>Keine Emotion sticht hervor.</translation>
    </message>
    <message>
        <source>There are no recordings to compare it with; the model answers alone.</source>
        <translation>Es gibt keine Aufnahmen zum Vergleich; das Modell antwortet allein.</translation>
    </message>
    <message>
        <source>The model and the nearest recordings both put “{0}” first: {1} and {2}.</source>
        <translation>Das Modell und die ähnlichsten Aufnahmen sprechen beide am ehesten für „{0}“: {1} und {2}.</translation>
    </message>
    <message>
        <source>The model hears “{0}” ({1}), the nearest recordings sound more like “{2}” ({3}); together, “{4}” leads.</source>
        <translation>Das Modell hört „{0}“ ({1}), die ähnlichsten Aufnahmen klingen eher nach „{2}“ ({3}); zusammen liegt „{4}“ vorn.</translation>
    </message>
    <message>
        <source>{0}, {1} of it speech · answered in {2} s</source>
        <translation>{0}, davon {1} Sprache · beantwortet in {2} s</translation>
    </message>
    <message>
        <source>{0} s, {1} s of it speech · answered in {2}</source>
        <translation>{0} s, davon {1} s Sprache · beantwortet in {2}</translation>
    </message>
    <message>
        <source>pack {0}</source>
        <translation>Paket {0}</translation>
    </message>
    <message>
        <source>Based on: {0}</source>
        <translation>Grundlage: {0}</translation>
    </message>
    <message>
        <source>your examples {0}</source>
        <translation>Ihre Beispiele {0}</translation>
    </message>
    <message>
        <source>the voice in this recording</source>
        <translation>die Stimme in dieser Aufnahme</translation>
    </message>
    <message>
        <source>all {0} recordings together</source>
        <translation>alle {0} Aufnahmen zusammen</translation>
    </message>
    <message>
        <source>each speaker’s own stretches</source>
        <translation>die eigenen Stellen jeder Person</translation>
    </message>
    <message>
        <source>an unknown voice</source>
        <translation>eine unbekannte Stimme</translation>
    </message>
    <message>
        <source>{0}’s voice from 1 recording</source>
        <translation>Stimme „{0}“ aus 1 Aufnahme</translation>
    </message>
    <message>
        <source>{0}’s voice from {1} recordings</source>
        <translation>Stimme „{0}“ aus {1} Aufnahmen</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>neighbours</source>
        <translation>Nachbarn</translation>
    </message>
    <message>
        <source>{0}; model {1}, nearest recordings {2}</source>
        <translation>{0}; Modell {1}, ähnlichste Aufnahmen {2}</translation>
    </message>
    <message>
        <source>{0}, from 0 ({1}) to 1 ({2})</source>
        <translation>{0}, von 0 ({1}) bis 1 ({2})</translation>
    </message>
</context>
<context>
    <name>AnswerPanel</name>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Keep this recording after VoiceKin closes</source>
        <translation>Diese Aufnahme behalten, wenn VoiceKin schließt</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Neu auswerten</translation>
    </message>
    <message>
        <source>Loudness over time</source>
        <translation>Lautstärke im Verlauf</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Being answered again, as what it is based on has changed.</source>
        <translation>Wird neu beantwortet, weil sich geändert hat, worauf sie beruht.</translation>
    </message>
    <message>
        <source>Number of neighbours: {0}, their weight: {1}. The answer itself is “{2}”.</source>
        <translation>Anzahl der Nachbarn: {0}, ihr Gewicht: {1}. Die Antwort selbst ist „{2}“.</translation>
    </message>
    <message>
        <source>What if: {0}</source>
        <translation>Was wäre, wenn: {0}</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>Keine Antwort</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Hört zu …</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Waiting…</source>
        <translation>Wartet …</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Speak as you would to someone across the table.</source>
        <translation>Sprechen Sie wie zu jemandem gegenüber am Tisch.</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>Live · {0}</source>
        <translation>Live · {0}</translation>
    </message>
    <message>
        <source>Nobody is speaking at the moment.</source>
        <translation>Gerade spricht niemand.</translation>
    </message>
    <message>
        <source>This is how the last three seconds sound; the answer for the whole recording comes at the end.</source>
        <translation>So klingen die letzten drei Sekunden; die Antwort für das Ganze folgt danach.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
</context>
<context>
    <name>CaptureModel</name>
    <message>
        <source>The recording can&apos;t be written to the disk: {0}. Make room and try again.</source>
        <translation>Die Aufnahme lässt sich nicht auf den Datenträger schreiben: {0}. Schaffen Sie Platz und versuchen Sie es erneut.</translation>
    </message>
</context>
<context>
    <name>ChannelMenu</name>
    <message>
        <source>&amp;Channel to listen to</source>
        <translation>&amp;Ausgewerteter Kanal</translation>
    </message>
    <message>
        <source>The &amp;clearest</source>
        <translation>Der &amp;klarste</translation>
    </message>
    <message>
        <source>&amp;1, left</source>
        <translation>&amp;1, links</translation>
    </message>
    <message>
        <source>&amp;2, right</source>
        <translation>&amp;2, rechts</translation>
    </message>
</context>
<context>
    <name>CrashBox</name>
    <message>
        <source>Something went wrong</source>
        <translation>Etwas ist schiefgegangen</translation>
    </message>
    <message>
        <source>VoiceKin made a mistake and could not finish what it was doing. Your recordings are safe and you can go on. If it happens again, copy the diagnostics into a report.</source>
        <translation>VoiceKin hat einen Fehler gemacht und konnte den Vorgang nicht abschließen. Ihre Aufnahmen sind sicher, und Sie können weitermachen. Geschieht es wieder, kopieren Sie die Diagnose in einen Bericht.</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Diagnose kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Dimension</name>
    <message>
        <source>Arousal</source>
        <translation>Erregung</translation>
    </message>
    <message>
        <source>calm</source>
        <translation>ruhig</translation>
    </message>
    <message>
        <source>excited</source>
        <translation>erregt</translation>
    </message>
    <message>
        <source>Dominance</source>
        <translation>Dominanz</translation>
    </message>
    <message>
        <source>weak</source>
        <translation>schwach</translation>
    </message>
    <message>
        <source>strong</source>
        <translation>stark</translation>
    </message>
    <message>
        <source>Valence</source>
        <translation>Valenz</translation>
    </message>
    <message>
        <source>unpleasant</source>
        <translation>unangenehm</translation>
    </message>
    <message>
        <source>pleasant</source>
        <translation>angenehm</translation>
    </message>
    <message>
        <source>{0} (each from 0 to 1).</source>
        <translation>{0} (jeweils von 0 bis 1).</translation>
    </message>
</context>
<context>
    <name>DropHint</name>
    <message>
        <source>Drop files here</source>
        <translation>Dateien hier loslassen</translation>
    </message>
</context>
<context>
    <name>Emotion</name>
    <message>
        <source>Angry</source>
        <translation>Wütend</translation>
    </message>
    <message>
        <source>Happy</source>
        <translation>Fröhlich</translation>
    </message>
    <message>
        <source>Neutral</source>
        <translation>Neutral</translation>
    </message>
    <message>
        <source>Sad</source>
        <translation>Traurig</translation>
    </message>
    <message>
        <source>Calm</source>
        <translation>Ruhig</translation>
    </message>
    <message>
        <source>Fearful</source>
        <translation>Ängstlich</translation>
    </message>
    <message>
        <source>Disgusted</source>
        <translation>Angeekelt</translation>
    </message>
    <message>
        <source>Surprised</source>
        <translation>Überrascht</translation>
    </message>
    <message>
        <source>Bored</source>
        <translation>Gelangweilt</translation>
    </message>
    <message>
        <source>Excited</source>
        <translation>Aufgeregt</translation>
    </message>
    <message>
        <source>Frustrated</source>
        <translation>Frustriert</translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>What does it sound like?</source>
        <translation>Wonach klingt es?</translation>
    </message>
    <message>
        <source>Press Space and speak, or drop audio files anywhere in this window.</source>
        <translation>Drücken Sie die Leertaste und sprechen Sie, oder ziehen Sie Audiodateien in dieses Fenster.</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <source>Try it with synthetic voices</source>
        <translation>Mit künstlichen Stimmen testen</translation>
    </message>
    <message>
        <source>Synthetic voice, even</source>
        <translation>Künstliche Stimme, gleichmäßig</translation>
    </message>
    <message>
        <source>Synthetic voice, slow and low</source>
        <translation>Künstliche Stimme, langsam und tief</translation>
    </message>
    <message>
        <source>Synthetic voice, fast and loud</source>
        <translation>Künstliche Stimme, schnell und laut</translation>
    </message>
    <message>
        <source>Synthetic voice, high and lively</source>
        <translation>Künstliche Stimme, hoch und lebhaft</translation>
    </message>
    <message>
        <source>Ready: it compares what it hears with {0} recordings. Pack: {1} {2}.</source>
        <translation>Bereit: Ihre Aufnahmen werden mit {0} anderen verglichen. Paket: {1} {2}.</translation>
    </message>
    <message>
        <source>There is no microphone: plug one in, or drop audio files anywhere in this window.</source>
        <translation>Kein Mikrofon gefunden: Schließen Sie eines an, oder ziehen Sie Audiodateien in dieses Fenster.</translation>
    </message>
</context>
<context>
    <name>Error</name>
    <message>
        <source>“{0}” is no longer there. Choose another microphone.</source>
        <translation>„{0}“ ist nicht mehr da. Wählen Sie ein anderes Mikrofon.</translation>
    </message>
    <message>
        <source>“{0}” is no longer there. Plug it in and refresh, or choose another microphone.</source>
        <translation>„{0}“ ist nicht mehr da. Stecken Sie es ein und suchen Sie neu, oder wählen Sie ein anderes Mikrofon.</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing. Install it (Debian: libportaudio2) and start VoiceKin again; dropped files work without it.</source>
        <translation>Die Tonbibliothek PortAudio fehlt. Installieren Sie sie (Debian: libportaudio2) und starten Sie VoiceKin neu; mit Dateien geht es auch ohne sie.</translation>
    </message>
    <message>
        <source>“{0}” can&apos;t be opened. Check that no other program holds it and that VoiceKin may use the microphone, or choose another one.</source>
        <translation>„{0}“ lässt sich nicht öffnen. Prüfen Sie, ob ein anderes Programm es benutzt und ob VoiceKin ans Mikrofon darf, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>There is no loudspeaker to play on. Connect one or choose one in the system&apos;s sound settings.</source>
        <translation>Es gibt keinen Lautsprecher. Schließen Sie einen an oder wählen Sie einen in den Toneinstellungen des Systems.</translation>
    </message>
    <message>
        <source>The recording stopped because it can&apos;t be written to the disk: {0}.</source>
        <translation>Die Aufnahme endete, weil sie nicht auf die Platte geschrieben werden kann: {0}.</translation>
    </message>
    <message>
        <source>The recording could not be closed: {0}.</source>
        <translation>Die Aufnahme konnte nicht abgeschlossen werden: {0}.</translation>
    </message>
    <message>
        <source>{0} is a folder: name the recordings in it.</source>
        <translation>{0} ist ein Ordner: Nennen Sie die Aufnahmen darin.</translation>
    </message>
    <message>
        <source>{0} is not a file but a pipe or device: save the recording as a file first.</source>
        <translation>{0} ist keine Datei, sondern eine Pipe oder ein Gerät: Speichern Sie die Aufnahme zuerst als Datei.</translation>
    </message>
    <message>
        <source>{0} is empty (0 bytes): record or export it again.</source>
        <translation>{0} ist leer (0 Bytes): Nehmen Sie es neu auf oder exportieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{0} has {1} channel(s), so no channel {2}: choose another.</source>
        <translation>{0} hat {1} Kanäle, also keinen Kanal {2}: Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>{0} holds no sound (samples: {1}): record or export it again.</source>
        <translation>{0} enthält keinen Ton (Abtastwerte: {1}): Nehmen Sie es neu auf oder exportieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{0} holds values that are not numbers (NaN or infinity): export it again as 16-bit WAV.</source>
        <translation>{0} enthält Werte, die keine Zahlen sind (NaN oder unendlich): Exportieren Sie es noch einmal als WAV mit 16 Bit.</translation>
    </message>
    <message>
        <source>{0} goes {1} times beyond full scale: export it again, normalised, as 16-bit WAV.</source>
        <translation>{0} ist {1}-mal lauter als Vollaussteuerung: Exportieren Sie es noch einmal, normalisiert, als WAV mit 16 Bit.</translation>
    </message>
    <message>
        <source>{0} does not exist: check the name.</source>
        <translation>{0} gibt es nicht: Prüfen Sie den Namen.</translation>
    </message>
    <message>
        <source>{0} does not exist: check the address.</source>
        <translation>{0} gibt es nicht: Prüfen Sie die Adresse.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be read ({1}): check the address, and who may read it.</source>
        <translation>{0} lässt sich nicht lesen ({1}): Prüfen Sie die Adresse, und wer lesen darf.</translation>
    </message>
    <message>
        <source>{0} is not a CSV that can be read ({1}): export it again.</source>
        <translation>{0} ist keine lesbare CSV-Datei ({1}): Exportieren Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>{0} names no recording: write a path a line, or a CSV with a column path.</source>
        <translation>{0} nennt keine Aufnahme: Schreiben Sie einen Pfad je Zeile oder eine CSV-Datei mit einer Spalte path.</translation>
    </message>
    <message>
        <source>Line {0} of {1} has no {2} as its {3}: correct it.</source>
        <translation>Zeile {0} von {1} hat kein {2} als {3}: Berichtigen Sie sie.</translation>
    </message>
    <message>
        <source>{0} may not be read: check its permissions.</source>
        <translation>{0} darf nicht gelesen werden: Prüfen Sie die Zugriffsrechte.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be read ({1}).</source>
        <translation>{0} lässt sich nicht lesen ({1}).</translation>
    </message>
    <message>
        <source>{0} is damaged and can&apos;t be decoded to its end: export it again.</source>
        <translation>{0} ist beschädigt und lässt sich nicht bis zum Ende lesen: Exportieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{0} is not audio that can be read, or it is damaged: export it again as WAV, FLAC, OGG or MP3.</source>
        <translation>{0} ist keine lesbare Audiodatei oder ist beschädigt: Exportieren Sie sie noch einmal als WAV, FLAC, OGG oder MP3.</translation>
    </message>
    <message>
        <source>{0} is read with ffmpeg, which is missing here: install it (Debian: apt install ffmpeg; elsewhere: pip install imageio-ffmpeg).</source>
        <translation>{0} wird mit ffmpeg gelesen, und das fehlt hier: Installieren Sie es (Debian: apt install ffmpeg; sonst: pip install imageio-ffmpeg).</translation>
    </message>
    <message>
        <source>{0} has no sound track: name another file.</source>
        <translation>{0} hat keine Tonspur: Nennen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>{0} is protected against copying (DRM): no program but its own may read it.</source>
        <translation>{0} ist kopiergeschützt (DRM): Nur das zugehörige Programm darf es lesen.</translation>
    </message>
    <message>
        <source>{0} was not finished: its end, which says what is in it, is missing. Copy or record it again.</source>
        <translation>{0} wurde nicht fertiggestellt: Das Ende fehlt, in dem steht, was darin ist. Kopieren Sie es noch einmal oder nehmen Sie neu auf.</translation>
    </message>
    <message>
        <source>VoiceKin can&apos;t read {0}, which {1} is stored in: export it as WAV or FLAC.</source>
        <translation>VoiceKin kann {0} nicht lesen, und so ist {1} gespeichert: Exportieren Sie es als WAV oder FLAC.</translation>
    </message>
    <message>
        <source>The file says that it lasts {0} s; {1} s of sound are in it and were heard.</source>
        <translation>Die Datei gibt ihre Länge mit {0} s an; {1} s Ton sind darin und wurden gehört.</translation>
    </message>
    <message>
        <source>There were errors while decoding it ({0}); what could not be decoded was left out.</source>
        <translation>Beim Decodieren gab es Fehler ({0}); was sich nicht decodieren ließ, blieb weg.</translation>
    </message>
    <message>
        <source>The end of the file is missing: it breaks off after {0} s.</source>
        <translation>Das Ende der Datei fehlt: Nach {0} s bricht sie ab.</translation>
    </message>
    <message>
        <source>The file does not say how long it lasts, as it should; {0} s were heard.</source>
        <translation>Die Datei gibt ihre Länge nicht an, obwohl sie sollte; {0} s wurden gehört.</translation>
    </message>
    <message>
        <source>Of its {0} bytes only {1} were found to be sound.</source>
        <translation>Von den {0} Bytes der Datei erwiesen sich nur {1} als Ton.</translation>
    </message>
    <message>
        <source>It has {0} sound tracks; number {1} was heard ({2}).</source>
        <translation>Die Datei hat {0} Tonspuren; gehört wurde Nummer {1} ({2}).</translation>
    </message>
    <message>
        <source>It has {0} channels with different voices; each was heard while it spoke.</source>
        <translation>Die Datei hat {0} Kanäle mit verschiedenen Stimmen; gehört wurde jede, während sie sprach.</translation>
    </message>
    <message>
        <source>Its channels are in opposite phase and would cancel each other; channel {0} was heard.</source>
        <translation>Ihre Kanäle sind gegenphasig und würden sich auslöschen; gehört wurde Kanal {0}.</translation>
    </message>
    <message>
        <source>It has {0} channels that differ; channel {1}, the clearest, was heard.</source>
        <translation>Die Datei hat {0} verschiedene Kanäle; gehört wurde Kanal {1}, der klarste.</translation>
    </message>
    <message>
        <source>Only its beginning was heard; the rest is read with ffmpeg, which is missing here.</source>
        <translation>Nur der Anfang wurde gehört; der Rest wird mit ffmpeg gelesen, und das fehlt hier.</translation>
    </message>
    <message>
        <source>{0} says it has {1} samples a second: its header is damaged.</source>
        <translation>{0} will {1} Abtastwerte je Sekunde haben: Sein Kopf ist beschädigt.</translation>
    </message>
    <message>
        <source>{0} is too short to hear a mood in: record at least {1} seconds.</source>
        <translation>{0} ist zu kurz, um eine Stimmung zu hören: Nehmen Sie mindestens {1} Sekunden auf.</translation>
    </message>
    <message>
        <source>{0} needs more memory than there is: close other programs or cut it into parts.</source>
        <translation>{0} braucht mehr Speicher, als da ist: Schließen Sie andere Programme oder teilen Sie die Aufnahme.</translation>
    </message>
    <message>
        <source>{0} made VoiceKin itself fail ({1}: {2}): please report it with the log.</source>
        <translation>An {0} ist VoiceKin selbst gescheitert ({1}: {2}): Bitte melden Sie es mit dem Protokoll.</translation>
    </message>
    <message>
        <source>The folder {0} can&apos;t be read ({1}): check its permissions.</source>
        <translation>Der Ordner {0} lässt sich nicht lesen ({1}): Prüfen Sie die Zugriffsrechte.</translation>
    </message>
    <message>
        <source>{0} holds no recordings{1}: name another folder or look into all of them.</source>
        <translation>{0} enthält keine Aufnahmen{1}: Nennen Sie einen anderen Ordner oder sehen Sie in allen nach.</translation>
    </message>
    <message>
        <source>There is no audio file in {0}: choose another folder.</source>
        <translation>In {0} ist keine Tondatei: Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>No speech was heard in this recording.</source>
        <translation>In dieser Aufnahme war keine Sprache zu hören.</translation>
    </message>
    <message>
        <source>This recording is too quiet: record closer to the microphone, or turn it up.</source>
        <translation>Diese Aufnahme ist zu leise: Gehen Sie näher ans Mikrofon, oder stellen Sie es lauter.</translation>
    </message>
    <message>
        <source>Too little speech was heard in this recording.</source>
        <translation>In dieser Aufnahme war zu wenig Sprache zu hören.</translation>
    </message>
    <message>
        <source>This recording is unlike anything this pack has heard.</source>
        <translation>Diese Aufnahme gleicht nichts, was dieses Paket gehört hat.</translation>
    </message>
    <message>
        <source>No single emotion stands out in this recording.</source>
        <translation>In dieser Aufnahme sticht keine einzelne Emotion hervor.</translation>
    </message>
    <message>
        <source>There is too little speech in this recording to learn a voice from it.</source>
        <translation>In dieser Aufnahme ist zu wenig Sprache, um eine Stimme daraus zu lernen.</translation>
    </message>
    <message>
        <source>This recording is unlike any speech this pack has heard, so the voice does not learn from it.</source>
        <translation>Diese Aufnahme gleicht keiner Sprache, die dieses Paket gehört hat; die Stimme lernt nicht daraus.</translation>
    </message>
    <message>
        <source>No speech was heard in this recording, so it can&apos;t be an example.</source>
        <translation>In dieser Aufnahme ist keine Sprache zu hören, deshalb kann sie kein Beispiel sein.</translation>
    </message>
    <message>
        <source>Too little speech was heard in this recording, so it can&apos;t be an example.</source>
        <translation>In dieser Aufnahme ist zu wenig Sprache zu hören, deshalb kann sie kein Beispiel sein.</translation>
    </message>
    <message>
        <source>This recording is too quiet to be an example.</source>
        <translation>Diese Aufnahme ist zu leise für ein Beispiel.</translation>
    </message>
    <message>
        <source>A recording needs a name.</source>
        <translation>Eine Aufnahme braucht einen Namen.</translation>
    </message>
    <message>
        <source>That is too long: give at most {0} characters.</source>
        <translation>Das ist zu lang: höchstens {0} Zeichen.</translation>
    </message>
    <message>
        <source>This recording is unlike the others of this voice, so the voice does not learn from it.</source>
        <translation>Diese Aufnahme gleicht den anderen dieser Stimme nicht; die Stimme lernt nicht daraus.</translation>
    </message>
    <message>
        <source>This recording hardly sounds like the others of this voice, so the voice does not learn from it; it may be {0}.</source>
        <translation>Diese Aufnahme klingt kaum wie die anderen dieser Stimme; die Stimme lernt nicht daraus. Es könnte {0} sein.</translation>
    </message>
    <message>
        <source>This voice is paused; let it go on to teach it more.</source>
        <translation>Diese Stimme pausiert; lassen Sie sie weiterlernen, um ihr mehr beizubringen.</translation>
    </message>
    <message>
        <source>{0} is there already; choose another name or say that it may be replaced.</source>
        <translation>{0} ist schon da; wählen Sie einen anderen Namen oder lassen Sie es ersetzen.</translation>
    </message>
    <message>
        <source>{0} is a folder; name a file to write to.</source>
        <translation>{0} ist ein Ordner; nennen Sie eine Datei.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written: {1}. Choose another place.</source>
        <translation>{0} lässt sich nicht schreiben: {1}. Wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
        <source>There is no answer to export; choose recordings that could be analysed.</source>
        <translation>Es gibt keine Antwort zu exportieren; wählen Sie Aufnahmen, die ausgewertet werden konnten.</translation>
    </message>
    <message>
        <source>The folder {0} can&apos;t be made: {1}. Choose another place.</source>
        <translation>Der Ordner {0} lässt sich nicht anlegen: {1}. Wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
        <source>The picture can&apos;t be written as PNG: export SVG instead.</source>
        <translation>Das Bild lässt sich nicht als PNG schreiben: Exportieren Sie SVG.</translation>
    </message>
    <message>
        <source>The report can&apos;t be drawn as PDF: export HTML instead.</source>
        <translation>Der Bericht lässt sich nicht als PDF zeichnen: Exportieren Sie HTML.</translation>
    </message>
    <message>
        <source>PNG needs Qt, which does not start here ({0}): export SVG instead.</source>
        <translation>PNG braucht Qt, das hier nicht startet ({0}): Exportieren Sie SVG.</translation>
    </message>
    <message>
        <source>There is a voice “{0}” already; choose another name.</source>
        <translation>Eine Stimme „{0}“ gibt es schon; wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>the name of a voice</source>
        <translation>der Name einer Stimme</translation>
    </message>
    <message>
        <source>a label</source>
        <translation>eine Bezeichnung</translation>
    </message>
    <message>
        <source>“{0}” can&apos;t be {1}: give 1 to 60 characters that can be printed.</source>
        <translation>„{0}“ kann nicht {1} sein: Geben Sie 1 bis 60 druckbare Zeichen ein.</translation>
    </message>
    <message>
        <source>{0} was written by a newer VoiceKin; update VoiceKin to import it.</source>
        <translation>{0} stammt von einem neueren VoiceKin; bringen Sie VoiceKin auf den neuesten Stand, um es zu importieren.</translation>
    </message>
    <message>
        <source>There is no file {0}: check the name.</source>
        <translation>Eine Datei {0} gibt es nicht: Prüfen Sie den Namen.</translation>
    </message>
    <message>
        <source>{0} is a folder; name a file that VoiceKin exported.</source>
        <translation>{0} ist ein Ordner; nennen Sie eine Datei, die VoiceKin exportiert hat.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be read: no permission.</source>
        <translation>{0} lässt sich nicht lesen: keine Berechtigung.</translation>
    </message>
    <message>
        <source>{0} was not exported by VoiceKin, or is damaged; nothing was imported.</source>
        <translation>{0} hat nicht VoiceKin exportiert, oder es ist beschädigt; nichts wurde importiert.</translation>
    </message>
    <message>
        <source>{0} is not a VoiceKin file; move it away to use voices and examples.</source>
        <translation>{0} ist keine Datei von VoiceKin; räumen Sie sie weg, um Stimmen und Beispiele zu verwenden.</translation>
    </message>
    <message>
        <source>The voices and examples in {0} were written by a newer VoiceKin (version {1} of the file, this app reads up to {2}); update VoiceKin to use them.</source>
        <translation>Die Stimmen und Beispiele in {0} stammen von einem neueren VoiceKin (Version {1} der Datei, dieses liest bis {2}); bringen Sie VoiceKin auf den neuesten Stand, um sie zu verwenden.</translation>
    </message>
    <message>
        <source>Your voices and examples in {0} can&apos;t be used: {1}.</source>
        <translation>Ihre Stimmen und Beispiele in {0} sind nicht zu benutzen: {1}.</translation>
    </message>
    <message>
        <source>Your voices and examples can&apos;t be changed: the disk is full; free some space and try again.</source>
        <translation>Ihre Stimmen und Beispiele lassen sich nicht ändern: Die Platte ist voll; schaffen Sie Platz und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Your voices and examples in {0} can&apos;t be changed: the folder or file is read-only.</source>
        <translation>Ihre Stimmen und Beispiele in {0} lassen sich nicht ändern: Ordner oder Datei sind schreibgeschützt.</translation>
    </message>
    <message>
        <source>Your voices and examples can&apos;t be opened: {0} can&apos;t be read and written.</source>
        <translation>Ihre Stimmen und Beispiele lassen sich nicht öffnen: {0} lässt sich nicht lesen und schreiben.</translation>
    </message>
    <message>
        <source>Another VoiceKin is changing your voices and examples right now; try again in a moment.</source>
        <translation>Ein anderes VoiceKin ändert gerade Ihre Stimmen und Beispiele; versuchen Sie es gleich noch einmal.</translation>
    </message>
    <message>
        <source>The disk failed or is full while your voices and examples were in use ({0}); check it.</source>
        <translation>Die Platte versagte oder ist voll, während Ihre Stimmen und Beispiele benutzt wurden ({0}); prüfen Sie sie.</translation>
    </message>
    <message>
        <source>The file {0} is damaged; move it away to begin anew.</source>
        <translation>Die Datei {0} ist beschädigt; räumen Sie sie weg, um neu zu beginnen.</translation>
    </message>
    <message>
        <source>The recording can&apos;t be kept: {0} Free some space and try again.</source>
        <translation>Die Aufnahme kann nicht aufbewahrt werden: {0} Schaffen Sie Platz und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Voices and examples can&apos;t be opened, so nothing can be taught now.</source>
        <translation>Stimmen und Beispiele lassen sich nicht öffnen, daher kann jetzt nichts gelernt werden.</translation>
    </message>
    <message>
        <source>There is no pack in use. Choose one under File, Packs.</source>
        <translation>Es ist kein Paket in Gebrauch. Wählen Sie eines unter Datei, Pakete.</translation>
    </message>
    <message>
        <source>This answer was made with another pack: answer the recording again first.</source>
        <translation>Diese Antwort stammt von einem anderen Paket: Lassen Sie die Aufnahme zuerst neu beantworten.</translation>
    </message>
    <message>
        <source>There is no pack at {0}: check the name.</source>
        <translation>Bei {0} ist kein Paket: Prüfen Sie den Namen.</translation>
    </message>
    <message>
        <source>No pack called {0} is installed: install it first.</source>
        <translation>Ein Paket {0} ist nicht installiert: Installieren Sie es zuerst.</translation>
    </message>
    <message>
        <source>No pack called {0} is installed.</source>
        <translation>Ein Paket {0} ist nicht installiert.</translation>
    </message>
    <message>
        <source>{0} is in use: switch to another pack, then remove it.</source>
        <translation>{0} ist in Gebrauch: Wechseln Sie zu einem anderen Paket und entfernen Sie es dann.</translation>
    </message>
    <message>
        <source>{0} is the pack that ships with VoiceKin: it can&apos;t be removed.</source>
        <translation>{0} ist das Paket, das zu VoiceKin gehört: Es kann nicht entfernt werden.</translation>
    </message>
    <message>
        <source>{0} is the name of the pack that ships with VoiceKin: it needs a name of its own.</source>
        <translation>{0} heißt das Paket, das zu VoiceKin gehört: Dieses braucht einen eigenen Namen.</translation>
    </message>
    <message>
        <source>A pack called {0} is installed already: remove it first, or replace it.</source>
        <translation>Ein Paket {0} ist schon installiert: Entfernen Sie es zuerst oder ersetzen Sie es.</translation>
    </message>
    <message>
        <source>{0} ({1}): check {2} and the free space.</source>
        <translation>{0} ({1}): Prüfen Sie {2} und den freien Platz.</translation>
    </message>
    <message>
        <source>Your packs can&apos;t be listed</source>
        <translation>Ihre Pakete lassen sich nicht auflisten</translation>
    </message>
    <message>
        <source>The choice of the pack can&apos;t be stored</source>
        <translation>Die Wahl des Pakets lässt sich nicht speichern</translation>
    </message>
    <message>
        <source>The pack can&apos;t be installed</source>
        <translation>Das Paket lässt sich nicht installieren</translation>
    </message>
    <message>
        <source>The pack {0} can&apos;t be installed</source>
        <translation>Das Paket {0} lässt sich nicht installieren</translation>
    </message>
    <message>
        <source>The pack {0} can&apos;t be removed</source>
        <translation>Das Paket {0} lässt sich nicht entfernen</translation>
    </message>
    <message>
        <source>The pack {0} can&apos;t be copied</source>
        <translation>Das Paket {0} lässt sich nicht kopieren</translation>
    </message>
    <message>
        <source>{0} is no pack: it has no {1}.</source>
        <translation>{0} ist kein Paket: {1} fehlt.</translation>
    </message>
    <message>
        <source>The pack at {0} can&apos;t be read ({1}).</source>
        <translation>Das Paket bei {0} lässt sich nicht lesen ({1}).</translation>
    </message>
    <message>
        <source>The {0} of the pack at {1} is damaged: install the pack again.</source>
        <translation>{0} des Pakets bei {1} ist beschädigt: Installieren Sie das Paket neu.</translation>
    </message>
    <message>
        <source>This pack is of format {0} and this VoiceKin reads up to {1}: update VoiceKin to use it.</source>
        <translation>Dieses Paket hat Format {0}, und dieses VoiceKin liest bis {1}: Bringen Sie VoiceKin auf den neuesten Stand.</translation>
    </message>
    <message>
        <source>{0} is no pack, or is damaged: download it again.</source>
        <translation>{0} ist kein Paket oder ist beschädigt: Laden Sie es neu herunter.</translation>
    </message>
    <message>
        <source>{0} can&apos;t be unpacked ({1}).</source>
        <translation>{0} lässt sich nicht auspacken ({1}).</translation>
    </message>
    <message>
        <source>{0} holds no {1}, so it is no pack.</source>
        <translation>{0} enthält kein {1}, ist also kein Paket.</translation>
    </message>
    <message>
        <source>{0} lacks {1}: download it again.</source>
        <translation>In {0} fehlt {1}: Laden Sie es neu herunter.</translation>
    </message>
    <message>
        <source>{0} in {1} has another size than listed: download it again.</source>
        <translation>{0} in {1} hat eine andere Größe als angegeben: Laden Sie es neu herunter.</translation>
    </message>
    <message>
        <source>The pack lacks {0}: install the pack again.</source>
        <translation>Dem Paket fehlt {0}: Installieren Sie es neu.</translation>
    </message>
    <message>
        <source>{0} in the pack is damaged or was changed: install the pack again.</source>
        <translation>{0} im Paket ist beschädigt oder wurde geändert: Installieren Sie das Paket neu.</translation>
    </message>
    <message>
        <source>The pack&apos;s {0} is not valid JSON: install the pack again.</source>
        <translation>{0} des Pakets ist kein gültiges JSON: Installieren Sie das Paket neu.</translation>
    </message>
    <message>
        <source>The pack&apos;s index is damaged: install the pack again.</source>
        <translation>Der Index des Pakets ist beschädigt: Installieren Sie das Paket neu.</translation>
    </message>
    <message>
        <source>The model card can&apos;t be read ({0}): verify the pack.</source>
        <translation>Die Modellkarte lässt sich nicht lesen ({0}): Prüfen Sie das Paket.</translation>
    </message>
    <message>
        <source>The pack&apos;s name may hold only letters, digits, dot, dash and underscore.</source>
        <translation>Der Name des Pakets darf nur Buchstaben, Ziffern, Punkt, Binde- und Unterstrich enthalten.</translation>
    </message>
    <message>
        <source>{0} of {1} is {2} {3}, not as pack.json says.</source>
        <translation>{0} von {1} ist {2} {3}, nicht wie pack.json es sagt.</translation>
    </message>
    <message>
        <source>There is no pack called {0}: `voicekin pack list` shows those that are installed.</source>
        <translation>Ein Paket {0} gibt es nicht: `voicekin pack list` zeigt die installierten.</translation>
    </message>
    <message>
        <source>{0}: don&apos;t use it.</source>
        <translation>{0}: Verwenden Sie es nicht.</translation>
    </message>
    <message>
        <source>{0}: ask whoever made the pack.</source>
        <translation>{0}: Fragen Sie, wer das Paket gemacht hat.</translation>
    </message>
    <message>
        <source>{0}: ask whoever made it.</source>
        <translation>{0}: Fragen Sie, wer es gemacht hat.</translation>
    </message>
    <message>
        <source>{0}: install the pack again.</source>
        <translation>{0}: Installieren Sie das Paket neu.</translation>
    </message>
    <message>
        <source>VoiceKin made a mistake with this recording. Try again; if it happens again, copy the diagnostics into a report.</source>
        <translation>VoiceKin hat bei dieser Aufnahme einen Fehler gemacht. Versuchen Sie es noch einmal; geschieht es wieder, kopieren Sie die Diagnose in einen Bericht.</translation>
    </message>
</context>
<context>
    <name>ExamplesDialog</name>
    <message>
        <source>My examples</source>
        <translation>Meine Beispiele</translation>
    </message>
    <message>
        <source>It was</source>
        <translation>Es war</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Hinzugefügt</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>Anhören</translation>
    </message>
    <message>
        <source>What the selected examples were</source>
        <translation>Was die ausgewählten Beispiele waren</translation>
    </message>
    <message>
        <source>Correct</source>
        <translation>Berichtigen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Alle entfernen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren …</translation>
    </message>
    <message>
        <source>Recordings you labelled. Select one to hear, correct or remove it.</source>
        <translation>Aufnahmen, deren Emotion Sie angegeben haben. Wählen Sie eine aus, um sie anzuhören, zu berichtigen oder zu entfernen.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>The pack in use has not heard {0} of these; it can where the sound was kept.</source>
        <translation>Das verwendete Paket hat {0} davon noch nicht gehört; es kann, wo der Ton behalten wurde.</translation>
    </message>
    <message>
        <source>Corrected to “{0}”: {1}.</source>
        <translation>Berichtigt zu „{0}“: {1}.</translation>
    </message>
    <message>
        <source>Removed examples: {0}.</source>
        <translation>Entfernte Beispiele: {0}.</translation>
    </message>
    <message>
        <source>Export my voices and examples</source>
        <translation>Meine Stimmen und Beispiele exportieren</translation>
    </message>
    <message>
        <source>Wrote {0} examples and {1} voices to {2}.</source>
        <translation>{0} Beispiele und {1} Stimmen nach {2} geschrieben.</translation>
    </message>
    <message>
        <source>Import voices and examples</source>
        <translation>Stimmen und Beispiele importieren</translation>
    </message>
    <message>
        <source>Imported {0} examples and {1} voices; {2} examples were there already.</source>
        <translation>{0} Beispiele und {1} Stimmen importiert; {2} Beispiele waren schon da.</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>&amp;Export</source>
        <translation>E&amp;xportieren</translation>
    </message>
    <message>
        <source>Report (HTML)…</source>
        <translation>Bericht (HTML) …</translation>
    </message>
    <message>
        <source>Report (PDF)…</source>
        <translation>Bericht (PDF) …</translation>
    </message>
    <message>
        <source>Table of recordings (CSV)…</source>
        <translation>Tabelle der Aufnahmen (CSV) …</translation>
    </message>
    <message>
        <source>Table of segments (CSV)…</source>
        <translation>Tabelle der Abschnitte (CSV) …</translation>
    </message>
    <message>
        <source>JSON lines…</source>
        <translation>JSON-Zeilen …</translation>
    </message>
    <message>
        <source>Praat TextGrid…</source>
        <translation>Praat-TextGrid …</translation>
    </message>
    <message>
        <source>ELAN annotations…</source>
        <translation>ELAN-Annotationen …</translation>
    </message>
    <message>
        <source>Audacity labels…</source>
        <translation>Audacity-Textmarken …</translation>
    </message>
    <message>
        <source>Who speaks when (RTTM)…</source>
        <translation>Wer wann spricht (RTTM) …</translation>
    </message>
    <message>
        <source>Subtitles (SRT)…</source>
        <translation>Untertitel (SRT) …</translation>
    </message>
    <message>
        <source>Timeline as a picture (SVG)…</source>
        <translation>Verlauf als Bild (SVG) …</translation>
    </message>
    <message>
        <source>Timeline as a picture (PNG)…</source>
        <translation>Verlauf als Bild (PNG) …</translation>
    </message>
    <message>
        <source>&amp;Copy as text</source>
        <translation>Als Text &amp;kopieren</translation>
    </message>
    <message>
        <source>Exported to {0}.</source>
        <translation>Exportiert nach {0}.</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>{0} is there already. Replace it?</source>
        <translation>{0} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>The results are on the clipboard.</source>
        <translation>Die Ergebnisse sind in der Zwischenablage.</translation>
    </message>
</context>
<context>
    <name>FilterLine</name>
    <message>
        <source>No recording matches “{0}”.</source>
        <translation>Keine Aufnahme passt zu „{0}“.</translation>
    </message>
</context>
<context>
    <name>FirstStartPage</name>
    <message>
        <source>Welcome to VoiceKin</source>
        <translation>Willkommen bei VoiceKin</translation>
    </message>
    <message>
        <source>VoiceKin tells you which emotion a recording of speech sounds like, and shows why: the nearest recordings it has heard before, its kin.</source>
        <translation>VoiceKin sagt Ihnen, nach welcher Emotion eine Sprachaufnahme klingt, und warum: Es zeigt die ähnlichsten Aufnahmen, die es kennt, ihre „Verwandten“.</translation>
    </message>
    <message>
        <source>What it can do</source>
        <translation>Was es kann</translation>
    </message>
    <message>
        <source>Listen to your microphone or to audio files.</source>
        <translation>Ihrem Mikrofon oder Audiodateien zuhören.</translation>
    </message>
    <message>
        <source>Say what the voice sounds like, how sure it is, and when it does not know.</source>
        <translation>Sagen, wonach die Stimme klingt, wie sicher es ist und wann es nicht weiterweiß.</translation>
    </message>
    <message>
        <source>Work without the internet: no sound ever leaves this computer.</source>
        <translation>Ohne Internet arbeiten: Kein Ton verlässt je diesen Computer.</translation>
    </message>
    <message>
        <source>What it can’t do</source>
        <translation>Was es nicht kann</translation>
    </message>
    <message>
        <source>Know what someone feels. It hears how a voice sounds, not what is in a heart.</source>
        <translation>Wissen, was jemand fühlt. Es hört, wie eine Stimme klingt, nicht, was in einem Menschen vorgeht.</translation>
    </message>
    <message>
        <source>Be sure. It gets about two in three of a stranger’s recordings right, and about one in two where room and language are least like those it learnt from.</source>
        <translation>Sicher sein. Bei fremden Stimmen liegt es in etwa zwei von drei Fällen richtig, in Räumen und Sprachen, die ihm am fremdesten sind, nur in etwa der Hälfte.</translation>
    </message>
    <message>
        <source>Hear words, irony, or a culture’s own ways of speaking.</source>
        <translation>Worte, Ironie oder die eigene Sprechweise einer Kultur verstehen.</translation>
    </message>
    <message>
        <source>Where it must not be used</source>
        <translation>Wo es nicht verwendet werden darf</translation>
    </message>
    <message>
        <source>At work or in education, to infer the emotions of people: the EU’s AI Act forbids it (Article 5(1)(f)).</source>
        <translation>Am Arbeitsplatz oder in Bildungseinrichtungen, um auf die Emotionen von Menschen zu schließen: Die KI-Verordnung der EU verbietet es (Artikel 5 Absatz 1 Buchstabe f).</translation>
    </message>
    <message>
        <source>On people who did not agree to be recorded and analysed.</source>
        <translation>Bei Menschen, die der Aufnahme und Auswertung nicht zugestimmt haben.</translation>
    </message>
    <message>
        <source>For decisions about people: hiring, grading, policing, medicine, insurance.</source>
        <translation>Für Entscheidungen über Menschen: Einstellung, Benotung, Polizei, Medizin, Versicherung.</translation>
    </message>
    <message>
        <source>I understand. Start</source>
        <translation>Verstanden. Los geht’s</translation>
    </message>
</context>
<context>
    <name>GuidedMinuteDialog</name>
    <message>
        <source>A minute of free talk</source>
        <translation>Eine Minute frei sprechen</translation>
    </message>
    <message>
        <source>Talk for about a minute, in your own language, as you would to a friend. You will be asked a few questions.</source>
        <translation>Sprechen Sie etwa eine Minute, in Ihrer Sprache, wie zu einem Freund. VoiceKin stellt Ihnen dazu Fragen.</translation>
    </message>
    <message>
        <source>Seconds of speech so far</source>
        <translation>Sekunden Sprache bisher</translation>
    </message>
    <message>
        <source>Only the characteristics of your voice are kept, not the sound. If you cancel, nothing is kept.</source>
        <translation>Gespeichert wird nur, was Ihre Stimme ausmacht, nicht der Ton. Wenn Sie abbrechen, wird nichts gespeichert.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Beginnen</translation>
    </message>
    <message>
        <source>That is enough</source>
        <translation>Das genügt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>What have you done today, from the morning on?</source>
        <translation>Was haben Sie heute gemacht, vom Morgen an?</translation>
    </message>
    <message>
        <source>What was the last thing that made you laugh?</source>
        <translation>Worüber haben Sie zuletzt gelacht?</translation>
    </message>
    <message>
        <source>What annoys you? Tell it as if it had just happened.</source>
        <translation>Was ärgert Sie? Erzählen Sie es, als wäre es gerade geschehen.</translation>
    </message>
    <message>
        <source>Describe the room that you are in.</source>
        <translation>Beschreiben Sie den Raum, in dem Sie sind.</translation>
    </message>
    <message>
        <source>Whom or what do you miss?</source>
        <translation>Wen oder was vermissen Sie?</translation>
    </message>
    <message>
        <source>What are you looking forward to?</source>
        <translation>Worauf freuen Sie sich?</translation>
    </message>
    <message>
        <source>No speech is heard. Come closer, or choose another microphone.</source>
        <translation>Es ist keine Sprache zu hören. Kommen Sie näher, oder wählen Sie ein anderes Mikrofon.</translation>
    </message>
    <message>
        <source>{0} of {1} seconds of speech</source>
        <translation>{0} von {1} Sekunden Sprache</translation>
    </message>
    <message>
        <source>Thank you. VoiceKin is learning the voice…</source>
        <translation>Danke. VoiceKin lernt die Stimme …</translation>
    </message>
    <message>
        <source>No microphone was found. Plug one in and try again.</source>
        <translation>Es wurde kein Mikrofon gefunden. Schließen Sie eines an und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>“{0}” is gone. What was said until then can still be learnt from.</source>
        <translation>„{0}“ wurde getrennt. Aus dem bis dahin Gesagten kann noch gelernt werden.</translation>
    </message>
</context>
<context>
    <name>Hotkey</name>
    <message>
        <source>Not available with Wayland, which gives no program a key of its own.</source>
        <translation>Nicht möglich mit Wayland, das keinem Programm eine eigene Taste gibt.</translation>
    </message>
    <message>
        <source>Not available on this system.</source>
        <translation>Auf diesem System nicht möglich.</translation>
    </message>
    <message>
        <source>Another program has {0} already; choose another key.</source>
        <translation>Ein anderes Programm hat {0} schon; wählen Sie eine andere Taste.</translation>
    </message>
</context>
<context>
    <name>Language</name>
    <message>
        <source>English</source>
        <translation>Englisch</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Deutsch</translation>
    </message>
    <message>
        <source>Polish</source>
        <translation>Polnisch</translation>
    </message>
    <message>
        <source>Amharic</source>
        <translation>Amharisch</translation>
    </message>
    <message>
        <source>Bangla</source>
        <translation>Bengalisch</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>Koreanisch</translation>
    </message>
</context>
<context>
    <name>LibraryModel</name>
    <message>
        <source>“{0}” is now called “{1}”.</source>
        <translation>„{0}“ heißt jetzt „{1}“.</translation>
    </message>
    <message>
        <source>The notes of “{0}” are changed.</source>
        <translation>Die Notizen zu „{0}“ sind geändert.</translation>
    </message>
    <message>
        <source>The tags of “{0}” are changed.</source>
        <translation>Die Schlagwörter von „{0}“ sind geändert.</translation>
    </message>
    <message>
        <source>The recording can’t be deleted: {0}.</source>
        <translation>Die Aufnahme lässt sich nicht löschen: {0}.</translation>
    </message>
    <message>
        <source>Removed from the library: {0} recordings.</source>
        <translation>Aus der Bibliothek entfernt: {0} Aufnahmen.</translation>
    </message>
    <message>
        <source>“{0}” is deleted.</source>
        <translation>„{0}“ ist gelöscht.</translation>
    </message>
    <message>
        <source>“{0}” is forgotten; the file stays where it is.</source>
        <translation>„{0}“ ist vergessen; die Datei bleibt, wo sie ist.</translation>
    </message>
    <message>
        <source>The recording can’t be kept: {0}.</source>
        <translation>Die Aufnahme lässt sich nicht behalten: {0}.</translation>
    </message>
</context>
<context>
    <name>LibraryPage</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Schlagwörter</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Search names, answers, voices, tags and notes</source>
        <translation>Suchen in Namen, Antworten, Stimmen, Schlagwörtern und Notizen</translation>
    </message>
    <message>
        <source>Search the library</source>
        <translation>Die Bibliothek durchsuchen</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Bibliothek</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Show its answer (Return)</source>
        <translation>Die Antwort zeigen (Eingabetaste)</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Delete recordings made here, forget files that were opened (Delete); Ctrl+Z undoes it</source>
        <translation>Eigene Aufnahmen löschen, geöffnete Dateien vergessen (Entf); Strg+Z macht es rückgängig</translation>
    </message>
    <message>
        <source>Delete the oldest</source>
        <translation>Die ältesten löschen</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>words, with commas between them</source>
        <translation>Wörter, durch Kommas getrennt</translation>
    </message>
    <message>
        <source>Whose recordings over time</source>
        <translation>Wessen Aufnahmen im Lauf der Zeit</translation>
    </message>
    <message>
        <source>Over time</source>
        <translation>Im Verlauf</translation>
    </message>
    <message>
        <source>1 recording</source>
        <translation>1 Aufnahme</translation>
    </message>
    <message>
        <source>{0} recordings</source>
        <translation>{0} Aufnahmen</translation>
    </message>
    <message>
        <source>{0}, {1} of them made here ({2})</source>
        <translation>{0}, davon {1} hier aufgenommen ({2})</translation>
    </message>
    <message>
        <source>What you record and open is remembered here.</source>
        <translation>Hier erscheint, was Sie aufnehmen oder öffnen.</translation>
    </message>
    <message>
        <source>Your recordings take {0}, and the settings say at most {1}.</source>
        <translation>Ihre Aufnahmen belegen {0}, laut Einstellungen höchstens {1}.</translation>
    </message>
    <message>
        <source>All recordings</source>
        <translation>Alle Aufnahmen</translation>
    </message>
</context>
<context>
    <name>Live</name>
    <message>
        <source>The last minute</source>
        <translation>Die letzte Minute</translation>
    </message>
    <message>
        <source>{0} s ago</source>
        <translation>vor {0} s</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
</context>
<context>
    <name>LivePanel</name>
    <message>
        <source>The sound as it comes</source>
        <translation>Der Ton, wie er kommt</translation>
    </message>
    <message>
        <source>So far: {0}</source>
        <translation>Bisher: {0}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>Been&amp;den</translation>
    </message>
    <message>
        <source>All &amp;results</source>
        <translation>Alle &amp;Ergebnisse</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>&amp;Bibliothek</translation>
    </message>
    <message>
        <source>&amp;Open files…</source>
        <translation>Dateien &amp;öffnen …</translation>
    </message>
    <message>
        <source>Open a &amp;folder…</source>
        <translation>&amp;Ordner öffnen …</translation>
    </message>
    <message>
        <source>My e&amp;xamples…</source>
        <translation>Meine Be&amp;ispiele …</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>Einstellun&amp;gen …</translation>
    </message>
    <message>
        <source>&amp;Packs…</source>
        <translation>&amp;Pakete …</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Clear the list</source>
        <translation>Liste &amp;leeren</translation>
    </message>
    <message>
        <source>&amp;Delete all my recordings in the list</source>
        <translation>&amp;Alle meine Aufnahmen in der Liste löschen</translation>
    </message>
    <message>
        <source>&amp;Recording</source>
        <translation>A&amp;ufnahme</translation>
    </message>
    <message>
        <source>&amp;Record or stop</source>
        <translation>&amp;Aufnehmen oder beenden</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>Nach &amp;Mikrofonen suchen</translation>
    </message>
    <message>
        <source>&amp;Play or stop</source>
        <translation>Abs&amp;pielen oder stoppen</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>What VoiceKin can and can’t do</source>
        <translation>Was VoiceKin kann und nicht kann</translation>
    </message>
    <message>
        <source>&amp;Copy diagnostics</source>
        <translation>Diagnose &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;About VoiceKin</source>
        <translation>Ü&amp;ber VoiceKin</translation>
    </message>
    <message>
        <source>Your settings could not be read and were set aside; VoiceKin starts with its own.</source>
        <translation>Ihre Einstellungen waren nicht lesbar und wurden beiseitegelegt; VoiceKin beginnt mit seinen eigenen.</translation>
    </message>
    <message>
        <source>No key records from other programs now. {0}</source>
        <translation>Im Moment nimmt keine Taste aus anderen Programmen auf. {0}</translation>
    </message>
    <message>
        <source>Open recordings</source>
        <translation>Aufnahmen öffnen</translation>
    </message>
    <message>
        <source>Open a folder of recordings</source>
        <translation>Einen Ordner mit Aufnahmen öffnen</translation>
    </message>
    <message>
        <source>The recording under way began with the pack in use. Go on or stop it, and the other one is used.</source>
        <translation>Die laufende Aufnahme hat mit dem jetzigen Paket begonnen. Setzen Sie sie fort oder stoppen Sie sie, dann wird das andere verwendet.</translation>
    </message>
    <message>
        <source>{0}, {1} to {2}</source>
        <translation>{0}, {1} bis {2}</translation>
    </message>
    <message>
        <source>Recording – VoiceKin</source>
        <translation>Aufnahme läuft – VoiceKin</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Erneut suchen</translation>
    </message>
    <message>
        <source>“{0}” is gone. Everything recorded up to then is there.</source>
        <translation>„{0}“ wurde getrennt. Alles bis dahin Aufgenommene ist da.</translation>
    </message>
    <message>
        <source>Go on recording</source>
        <translation>Weiter aufnehmen</translation>
    </message>
    <message>
        <source>“{0}” is gone.</source>
        <translation>„{0}“ wurde getrennt.</translation>
    </message>
    <message>
        <source>The pack can’t be opened.</source>
        <translation>Das Paket lässt sich nicht öffnen.</translation>
    </message>
    <message>
        <source>The diagnostics are on the clipboard.</source>
        <translation>Die Diagnose ist in der Zwischenablage.</translation>
    </message>
</context>
<context>
    <name>Manner</name>
    <message>
        <source>lower</source>
        <translation>tiefer</translation>
    </message>
    <message>
        <source>higher</source>
        <translation>höher</translation>
    </message>
    <message>
        <source>flatter</source>
        <translation>eintöniger</translation>
    </message>
    <message>
        <source>livelier</source>
        <translation>lebhafter</translation>
    </message>
    <message>
        <source>slower</source>
        <translation>langsamer</translation>
    </message>
    <message>
        <source>faster</source>
        <translation>schneller</translation>
    </message>
    <message>
        <source>softer</source>
        <translation>sanfter</translation>
    </message>
    <message>
        <source>more forcefully</source>
        <translation>kräftiger</translation>
    </message>
    <message>
        <source>Spoken {0} than most people speak.</source>
        <translation>Hier wird {0} gesprochen als bei den meisten Menschen.</translation>
    </message>
    <message>
        <source>Spoken {0} than elsewhere in this recording.</source>
        <translation>Hier wird {0} gesprochen als sonst in dieser Aufnahme.</translation>
    </message>
    <message>
        <source>Spoken {0} than in the other recordings.</source>
        <translation>Hier wird {0} gesprochen als in den anderen Aufnahmen.</translation>
    </message>
    <message>
        <source>Spoken {0} than this voice usually does.</source>
        <translation>Hier wird {0} gesprochen als sonst bei dieser Stimme.</translation>
    </message>
    <message>
        <source> and </source>
        <translation> und </translation>
    </message>
</context>
<context>
    <name>Map</name>
    <message>
        <source>A map of {0} recordings that the pack knows; those that sound alike lie close.</source>
        <translation>Eine Karte von {0} Aufnahmen, die das Paket kennt; was ähnlich klingt, liegt beieinander.</translation>
    </message>
    <message>
        <source>Your recording lies among these: {0}.</source>
        <translation>Ihre Aufnahme liegt zwischen diesen: {0}.</translation>
    </message>
</context>
<context>
    <name>MapPanel</name>
    <message>
        <source>Where it lies</source>
        <translation>Wo die Aufnahme liegt</translation>
    </message>
    <message>
        <source>Every mark is a recording that the pack knows. The star is yours; rings mark the nearest.</source>
        <translation>Jeder Punkt ist eine Aufnahme, die das Paket kennt. Der Stern ist Ihre Aufnahme; Ringe zeigen die nächsten.</translation>
    </message>
</context>
<context>
    <name>NeighbourCard</name>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Weight: {0} of what the neighbours say; the longest bar is the heaviest</source>
        <translation>Gewicht: {0} von dem, was die Nachbarn sagen; der längste Balken wiegt am meisten</translation>
    </message>
    <message>
        <source>“{0}”</source>
        <translation>„{0}“</translation>
    </message>
    <message>
        <source>distance {0} · {1} s</source>
        <translation>Abstand {0} · {1} s</translation>
    </message>
    <message>
        <source>Play: {0}</source>
        <translation>Abspielen: {0}</translation>
    </message>
    <message>
        <source>Play this recording (Return)</source>
        <translation>Diese Aufnahme abspielen (Eingabetaste)</translation>
    </message>
</context>
<context>
    <name>Neighbours</name>
    <message>
        <source>1 speaker</source>
        <translation>1 Person</translation>
    </message>
    <message>
        <source>{0} speakers</source>
        <translation>{0} Personen</translation>
    </message>
    <message>
        <source>{0} languages</source>
        <translation>{0} Sprachen</translation>
    </message>
    <message>
        <source>All {1} nearest are {2}: {3}. The nearest make up {4} of the answer.</source>
        <translation>Alle {1} ähnlichsten klingen {2}: {3}. Die ähnlichsten machen {4} der Antwort aus.</translation>
    </message>
    <message>
        <source>{0} of the {1} nearest are {2}: {3}. The nearest make up {4} of the answer.</source>
        <translation>{0} der {1} ähnlichsten klingen {2}: {3}. Die ähnlichsten machen {4} der Antwort aus.</translation>
    </message>
    <message>
        <source>Your own example</source>
        <translation>Ihr eigenes Beispiel</translation>
    </message>
    <message>
        <source>speaker {0}</source>
        <translation>Sprecher {0}</translation>
    </message>
    <message>
        <source>Neighbour {0} of {1}: {2}, {3}, distance {4}, weight {5}</source>
        <translation>Nachbar {0} von {1}: {2}, {3}, Abstand {4}, Gewicht {5}</translation>
    </message>
</context>
<context>
    <name>NeighboursPanel</name>
    <message>
        <source>It sounds most like these</source>
        <translation>Am ähnlichsten klingen diese</translation>
    </message>
    <message>
        <source>Show fewer</source>
        <translation>Weniger zeigen</translation>
    </message>
    <message>
        <source>Show all {0}</source>
        <translation>Alle {0} zeigen</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Undo (Ctrl+Z)</source>
        <translation>Rückgängig machen (Strg+Z)</translation>
    </message>
</context>
<context>
    <name>NoticeLine</name>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>PacksDialog</name>
    <message>
        <source>Packs</source>
        <translation>Pakete</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>Modellkarte</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Install a pack…</source>
        <translation>Paket installieren …</translation>
    </message>
    <message>
        <source>Install a folder…</source>
        <translation>Ordner installieren …</translation>
    </message>
    <message>
        <source>Checking {0}…</source>
        <translation>{0} wird geprüft …</translation>
    </message>
    <message>
        <source>{0}, in use</source>
        <translation>{0}, in Gebrauch</translation>
    </message>
    <message>
        <source>{0} is in use from now on; answers that are there stay.</source>
        <translation>{0} ist ab jetzt in Gebrauch; vorhandene Antworten bleiben.</translation>
    </message>
    <message>
        <source>{0} is intact: every check passed.</source>
        <translation>{0} ist in Ordnung: Alle Prüfungen sind bestanden.</translation>
    </message>
    <message>
        <source>Remove the pack {0} from this computer?</source>
        <translation>Das Paket {0} von diesem Computer entfernen?</translation>
    </message>
    <message>
        <source>{0} is removed.</source>
        <translation>{0} ist entfernt.</translation>
    </message>
    <message>
        <source>Install a pack</source>
        <translation>Paket installieren</translation>
    </message>
    <message>
        <source>Packs (*.vkpack)</source>
        <translation>Pakete (*.vkpack)</translation>
    </message>
    <message>
        <source>Install a pack from its folder</source>
        <translation>Paket aus seinem Ordner installieren</translation>
    </message>
    <message>
        <source>{0} is installed. “Use” makes it the pack in use.</source>
        <translation>{0} ist installiert. „Verwenden“ nimmt es in Gebrauch.</translation>
    </message>
    <message>
        <source>{0} was not installed: {1}</source>
        <translation>{0} wurde nicht installiert: {1}</translation>
    </message>
    <message>
        <source>A pack called {0} is installed already. Replace it?</source>
        <translation>Ein Paket namens {0} ist schon installiert. Soll es ersetzt werden?</translation>
    </message>
</context>
<context>
    <name>PassagesPanel</name>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>How sure</source>
        <translation>Wie sicher</translation>
    </message>
    <message>
        <source>Speaker</source>
        <translation>Person</translation>
    </message>
    <message>
        <source>Sounds like</source>
        <translation>Klingt</translation>
    </message>
    <message>
        <source>Passages of this recording</source>
        <translation>Abschnitte dieser Aufnahme</translation>
    </message>
    <message>
        <source>Play this passage</source>
        <translation>Abschnitt abspielen</translation>
    </message>
    <message>
        <source>Return on a row, or a double click, plays it, too</source>
        <translation>Auch die Eingabetaste oder ein Doppelklick auf eine Zeile spielt ihn ab</translation>
    </message>
    <message>
        <source>What it consists of</source>
        <translation>Abschnitte</translation>
    </message>
</context>
<context>
    <name>PlayBar</name>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Position in the recording</source>
        <translation>Stelle in der Aufnahme</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
</context>
<context>
    <name>Published</name>
    <message>
        <source>The pack has no sound of its recordings. This one is from {0}: name the folder of your copies of the published corpora once, and it can be heard.</source>
        <translation>Das Paket enthält keinen Ton seiner Aufnahmen. Diese stammt aus {0}: Nennen Sie einmal den Ordner mit Ihren Kopien der veröffentlichten Korpora, dann ist sie zu hören.</translation>
    </message>
    <message>
        <source>“{0}” of {1} is not in {2}.</source>
        <translation>„{0}“ aus {1} ist nicht in {2}.</translation>
    </message>
    <message>
        <source>Choose the folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>Folder of the published corpora</source>
        <translation>Ordner der veröffentlichten Korpora</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>Progress of all recordings</source>
        <translation>Fortschritt aller Aufnahmen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Hold the recordings where they are, and go on from there later</source>
        <translation>Die Aufnahmen anhalten und später von dort fortfahren</translation>
    </message>
    <message>
        <source>Stop all</source>
        <translation>Alle abbrechen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>{0} of {1} done</source>
        <translation>{0} von {1} fertig</translation>
    </message>
    <message>
        <source>{0}, paused</source>
        <translation>{0}, angehalten</translation>
    </message>
    <message>
        <source>{0}, {1} left</source>
        <translation>{0}, noch {1}</translation>
    </message>
</context>
<context>
    <name>Record</name>
    <message>
        <source>Microphone level in decibels of full scale</source>
        <translation>Mikrofonpegel in Dezibel unter Vollaussteuerung</translation>
    </message>
</context>
<context>
    <name>RecordPanel</name>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Look for microphones again (F5)</source>
        <translation>Erneut nach Mikrofonen suchen (F5)</translation>
    </message>
    <message>
        <source>Look for microphones again</source>
        <translation>Erneut nach Mikrofonen suchen</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>Kein Mikrofon gefunden</translation>
    </message>
    <message>
        <source>No microphone found. Plug one in and press ⟳, or drop audio files.</source>
        <translation>Kein Mikrofon gefunden. Schließen Sie eines an und drücken Sie ⟳, oder ziehen Sie Audiodateien hierher.</translation>
    </message>
    <message>
        <source>Press Space to record</source>
        <translation>Leertaste startet die Aufnahme</translation>
    </message>
    <message>
        <source>Recording. Space ends it</source>
        <translation>Aufnahme läuft. Leertaste beendet sie</translation>
    </message>
    <message>
        <source>Opening the microphone…</source>
        <translation>Das Mikrofon wird geöffnet …</translation>
    </message>
    <message>
        <source>Waiting for the first sound…</source>
        <translation>Wartet auf den ersten Ton …</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Speichert …</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>Aufnahme beenden</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Aufnehmen</translation>
    </message>
    <message>
        <source>Stop (Space)</source>
        <translation>Beenden (Leertaste)</translation>
    </message>
    <message>
        <source>Record (Space)</source>
        <translation>Aufnehmen (Leertaste)</translation>
    </message>
    <message>
        <source>No sound is arriving from this microphone. Refresh, or choose another one.</source>
        <translation>Von diesem Mikrofon kommt kein Ton. Suchen Sie erneut, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>The microphone gives only silence. Is it muted, or is VoiceKin not allowed to use it?</source>
        <translation>Das Mikrofon liefert nur Stille. Ist es stumm, oder darf VoiceKin es nicht benutzen?</translation>
    </message>
    <message>
        <source>Sound was lost {0} times: the computer is too busy.</source>
        <translation>{0}-mal ging Ton verloren: Der Computer ist zu beschäftigt.</translation>
    </message>
    <message>
        <source>Too loud: the sound is clipped. Move away or turn the input down.</source>
        <translation>Zu laut: Der Ton ist übersteuert. Gehen Sie weiter weg, oder drehen Sie den Eingang leiser.</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>Over time</source>
        <translation>Im Verlauf</translation>
    </message>
    <message>
        <source>Who speaks</source>
        <translation>Wer spricht</translation>
    </message>
    <message>
        <source>It sounds most like these</source>
        <translation>Am ähnlichsten klingen diese</translation>
    </message>
    <message>
        <source>What it rests on</source>
        <translation>Worauf es beruht</translation>
    </message>
    <message>
        <source>What it can’t say</source>
        <translation>Was es nicht sagen kann</translation>
    </message>
    <message>
        <source>It says how a voice sounds, not what someone feels. It gets about two in three of a stranger’s recordings right. It must not be used at work or in education to infer the emotions of people, on people who did not agree, or for decisions about people.</source>
        <translation>VoiceKin sagt, wie eine Stimme klingt, nicht, was jemand fühlt. Bei Fremden benennt es etwa zwei von drei Aufnahmen richtig. Es darf nicht am Arbeitsplatz oder in Bildungseinrichtungen eingesetzt werden, um auf Gefühle von Menschen zu schließen, nicht bei Menschen, die nicht eingewilligt haben, und nicht für Entscheidungen über Menschen.</translation>
    </message>
    <message>
        <source>Written by VoiceKin {0} on this computer.</source>
        <translation>Von VoiceKin {0} auf diesem Computer geschrieben.</translation>
    </message>
    <message>
        <source>Emotion</source>
        <translation>Emotion</translation>
    </message>
    <message>
        <source>Where it is from</source>
        <translation>Herkunft</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Worte</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
</context>
<context>
    <name>ResultsPage</name>
    <message>
        <source>Filter by name, answer, folder or remark</source>
        <translation>Filtern nach Name, Antwort, Ordner oder Bemerkung</translation>
    </message>
    <message>
        <source>Filter the results</source>
        <translation>Ergebnisse filtern</translation>
    </message>
    <message>
        <source>How many recordings have each emotion; two emotions count half each</source>
        <translation>Wie viele Aufnahmen welche Emotion haben; zwei Emotionen zählen je zur Hälfte</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Neu auswerten</translation>
    </message>
    <message>
        <source>Answer the selected recordings again; without a selection, those that failed</source>
        <translation>Die ausgewählten Aufnahmen noch einmal beantworten; ohne Auswahl die, bei denen es nicht ging</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Stop the selected recordings that wait or run</source>
        <translation>Die ausgewählten Aufnahmen abbrechen, die warten oder laufen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Take the selected recordings off the list (Delete); their files stay</source>
        <translation>Die gewählten Aufnahmen aus der Liste nehmen (Entf); ihre Dateien bleiben</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Show the two selected recordings side by side (Ctrl+D)</source>
        <translation>Die zwei ausgewählten Aufnahmen nebeneinander zeigen (Strg+D)</translation>
    </message>
    <message>
        <source>Two recordings side &amp;by side</source>
        <translation>Zwei Aufnahmen &amp;nebeneinander</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Write the selected results, or all that are shown, to a file</source>
        <translation>Die gewählten Ergebnisse, oder alle gezeigten, in eine Datei schreiben</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>All results</source>
        <translation>Alle Ergebnisse</translation>
    </message>
    <message>
        <source>{0} between two emotions</source>
        <translation>{0} zwischen zwei Emotionen</translation>
    </message>
    <message>
        <source>{0} with two emotions</source>
        <translation>{0} mit zwei Emotionen</translation>
    </message>
    <message>
        <source>{0} uncertain</source>
        <translation>{0} unsicher</translation>
    </message>
    <message>
        <source>{0} without speech</source>
        <translation>{0} ohne Sprache</translation>
    </message>
    <message>
        <source>{0} without an answer</source>
        <translation>{0} ohne Antwort</translation>
    </message>
    <message>
        <source>{0} waiting</source>
        <translation>{0} noch offen</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>1 recording</source>
        <translation>1 Aufnahme</translation>
    </message>
    <message>
        <source>{0} recordings</source>
        <translation>{0} Aufnahmen</translation>
    </message>
    <message>
        <source>Drop audio files on this window, or choose them with “Open files…” (Ctrl+O).</source>
        <translation>Ziehen Sie Audiodateien in dieses Fenster, oder wählen Sie sie mit „Dateien öffnen …“ (Strg+O).</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Recording</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>Bemerkung</translation>
    </message>
    <message>
        <source>{0}, channel {1}</source>
        <translation>{0}, Kanal {1}</translation>
    </message>
    <message>
        <source>How sure</source>
        <translation>Wie sicher</translation>
    </message>
    <message>
        <source>Based on</source>
        <translation>Grundlage</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>Teile</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Hinzugefügt</translation>
    </message>
    <message>
        <source>Answered with what was known before. {0}</source>
        <translation>Beantwortet mit dem früheren Stand. {0}</translation>
    </message>
    <message>
        <source>Being answered again: what it is based on has changed.</source>
        <translation>Wird neu beantwortet: Worauf die Antwort beruht, hat sich geändert.</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>Keine Antwort</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>{0} heard</source>
        <translation>{0} gehört</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Hört zu …</translation>
    </message>
    <message>
        <source>{0}, out of date</source>
        <translation>{0}, veraltet</translation>
    </message>
    <message>
        <source>{0}, updating</source>
        <translation>{0}, wird aktualisiert</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
</context>
<context>
    <name>SessionPanel</name>
    <message>
        <source>Open files…</source>
        <translation>Dateien öffnen …</translation>
    </message>
    <message>
        <source>Choose audio files (Ctrl+O), or drop them anywhere on the window</source>
        <translation>Audiodateien wählen (Strg+O) oder irgendwo auf das Fenster ziehen</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtern</translation>
    </message>
    <message>
        <source>Filter the recordings</source>
        <translation>Die Aufnahmen filtern</translation>
    </message>
    <message>
        <source>Your recordings and dropped files are listed here.</source>
        <translation>Hier erscheinen Ihre Aufnahmen und geöffneten Dateien.</translation>
    </message>
    <message>
        <source>Recordings of this session</source>
        <translation>Aufnahmen dieser Sitzung</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>Aufnahmen</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Show the level before a recording begins</source>
        <translation>Den Pegel zeigen, bevor eine Aufnahme beginnt</translation>
    </message>
    <message>
        <source>The microphone is open for it while VoiceKin runs; nothing is stored.</source>
        <translation>Das Mikrofon ist dafür offen, solange VoiceKin läuft; gespeichert wird nichts.</translation>
    </message>
    <message>
        <source>Keep my recordings when VoiceKin closes</source>
        <translation>Meine Aufnahmen beim Schließen behalten</translation>
    </message>
    <message>
        <source>Otherwise only those are kept that you choose to keep.</source>
        <translation>Sonst bleiben nur die, die Sie behalten möchten.</translation>
    </message>
    <message>
        <source>Remember opened files in the library</source>
        <translation>Geöffnete Dateien in der Bibliothek merken</translation>
    </message>
    <message>
        <source>Their names and answers; the files stay where they are.</source>
        <translation>Ihre Namen und Antworten; die Dateien bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>Unbegrenzt</translation>
    </message>
    <message>
        <source>Keep the sound of my examples</source>
        <translation>Den Ton meiner Beispiele behalten</translation>
    </message>
    <message>
        <source>So that they can be heard again, and heard by another pack.</source>
        <translation>Damit sie wieder zu hören sind, auch für ein anderes Paket.</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Aussehen</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>The language changes the next time VoiceKin starts.</source>
        <translation>Die Sprache ändert sich beim nächsten Start von VoiceKin.</translation>
    </message>
    <message>
        <source>Text &amp;size</source>
        <translation>Text&amp;größe</translation>
    </message>
    <message>
        <source>&amp;Room for my recordings</source>
        <translation>&amp;Platz für meine Aufnahmen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Show VoiceKin in the system tray</source>
        <translation>VoiceKin im Infobereich der Taskleiste zeigen</translation>
    </message>
    <message>
        <source>Closing the window leaves VoiceKin running in the tray</source>
        <translation>VoiceKin läuft im Infobereich weiter, wenn das Fenster geschlossen wird</translation>
    </message>
    <message>
        <source>The microphone is closed meanwhile, unless you record.</source>
        <translation>Das Mikrofon ist währenddessen geschlossen, außer bei einer Aufnahme.</translation>
    </message>
    <message>
        <source>This system has no tray.</source>
        <translation>Dieses System hat keinen Infobereich.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>Key to record from &amp;any program</source>
        <translation>Systemweite Aufnahme&amp;taste</translation>
    </message>
</context>
<context>
    <name>Several</name>
    <message>
        <source>angry</source>
        <translation>wütend</translation>
    </message>
    <message>
        <source>happy</source>
        <translation>fröhlich</translation>
    </message>
    <message>
        <source>neutral</source>
        <translation>neutral</translation>
    </message>
    <message>
        <source>sad</source>
        <translation>traurig</translation>
    </message>
    <message>
        <source>calm</source>
        <translation>ruhig</translation>
    </message>
    <message>
        <source>fearful</source>
        <translation>ängstlich</translation>
    </message>
    <message>
        <source>disgusted</source>
        <translation>angeekelt</translation>
    </message>
    <message>
        <source>surprised</source>
        <translation>überrascht</translation>
    </message>
    <message>
        <source>bored</source>
        <translation>gelangweilt</translation>
    </message>
    <message>
        <source>excited</source>
        <translation>aufgeregt</translation>
    </message>
    <message>
        <source>frustrated</source>
        <translation>frustriert</translation>
    </message>
</context>
<context>
    <name>SideBySideDialog</name>
    <message>
        <source>Two recordings side by side</source>
        <translation>Zwei Aufnahmen nebeneinander</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>SmallWindow</name>
    <message>
        <source>Small &amp;window</source>
        <translation>Kleines &amp;Fenster</translation>
    </message>
    <message>
        <source>Back to the full window</source>
        <translation>Zurück zum großen Fenster</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>Aufnahme beenden</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Aufnehmen</translation>
    </message>
    <message>
        <source>Stop (Space)</source>
        <translation>Beenden (Leertaste)</translation>
    </message>
    <message>
        <source>Record (Space)</source>
        <translation>Aufnehmen (Leertaste)</translation>
    </message>
    <message>
        <source>No microphone</source>
        <translation>Kein Mikrofon</translation>
    </message>
    <message>
        <source>Press Space to record</source>
        <translation>Leertaste startet die Aufnahme</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Hört zu …</translation>
    </message>
    <message>
        <source>Waiting for the answer…</source>
        <translation>Wartet auf die Antwort …</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>Keine Antwort</translation>
    </message>
</context>
<context>
    <name>Speakers</name>
    <message>
        <source>Speaker {0}</source>
        <translation>Person {0}</translation>
    </message>
    <message>
        <source>Speaker {0} is now called “{1}”.</source>
        <translation>Person {0} heißt jetzt „{1}“.</translation>
    </message>
    <message>
        <source>Speaker {0} is heard with a saved voice.</source>
        <translation>Person {0} wird mit einer gespeicherten Stimme gehört.</translation>
    </message>
    <message>
        <source>Speaker {0} is heard against their own stretches.</source>
        <translation>Person {0} wird mit den eigenen Stellen verglichen.</translation>
    </message>
    <message>
        <source>New voice</source>
        <translation>Neue Stimme</translation>
    </message>
    <message>
        <source>Whose voice is it? Choose a name:</source>
        <translation>Wessen Stimme ist es? Ein Name Ihrer Wahl:</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Speaker {0} is saved as the voice “{1}”.</source>
        <translation>Person {0} ist als Stimme „{1}“ gespeichert.</translation>
    </message>
    <message>
        <source>Name of speaker {0}</source>
        <translation>Name von Person {0}</translation>
    </message>
    <message>
        <source>Whose voice speaker {0} is</source>
        <translation>Wessen Stimme Person {0} ist</translation>
    </message>
    <message>
        <source>Save speaker {0} as a new voice</source>
        <translation>Person {0} als neue Stimme speichern</translation>
    </message>
</context>
<context>
    <name>SpeakersPanel</name>
    <message>
        <source>How many speakers there are</source>
        <translation>Wie viele Personen sprechen</translation>
    </message>
    <message>
        <source>Don’t tell them apart</source>
        <translation>Nicht unterscheiden</translation>
    </message>
    <message>
        <source>As many as are heard</source>
        <translation>So viele, wie zu hören sind</translation>
    </message>
    <message>
        <source>1 speaker</source>
        <translation>1 Person</translation>
    </message>
    <message>
        <source>{0} speakers</source>
        <translation>{0} Personen</translation>
    </message>
    <message>
        <source>No saved voice</source>
        <translation>Nicht zugeordnet</translation>
    </message>
    <message>
        <source>Is this {0}?</source>
        <translation>Ist das {0}?</translation>
    </message>
    <message>
        <source>Who speaks</source>
        <translation>Wer spricht</translation>
    </message>
    <message>
        <source>If several people speak, say how many: each is then compared with their own passages.</source>
        <translation>Wenn mehrere Personen sprechen, wählen Sie, wie viele: Dann wird jede nur mit sich selbst verglichen.</translation>
    </message>
    <message>
        <source>Answers are surer where a speaker is a saved voice.</source>
        <translation>Mit einer gespeicherten Stimme werden die Antworten sicherer.</translation>
    </message>
    <message>
        <source>This is {0}</source>
        <translation>Das ist {0}</translation>
    </message>
</context>
<context>
    <name>Takes</name>
    <message>
        <source>Recording {0}</source>
        <translation>Aufnahme {0}</translation>
    </message>
    <message>
        <source>The recording can’t be kept: {0}.</source>
        <translation>Die Aufnahme lässt sich nicht behalten: {0}.</translation>
    </message>
    <message>
        <source>The recording can’t be deleted: {0}.</source>
        <translation>Die Aufnahme lässt sich nicht löschen: {0}.</translation>
    </message>
    <message>
        <source>“{0}” is deleted.</source>
        <translation>„{0}“ ist gelöscht.</translation>
    </message>
    <message>
        <source>Deleted: {0} recordings.</source>
        <translation>Gelöscht: {0} Aufnahmen.</translation>
    </message>
    <message>
        <source>“{0}” is off the list; the file stays where it is.</source>
        <translation>„{0}“ ist nicht mehr in der Liste; die Datei bleibt, wo sie ist.</translation>
    </message>
    <message>
        <source>{0} recordings are off the list; the files stay where they are.</source>
        <translation>{0} Aufnahmen sind nicht mehr in der Liste; die Dateien bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>Recover</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Delete them</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>VoiceKin did not close properly last time. Recordings saved from then: {0}.</source>
        <translation>VoiceKin wurde zuletzt nicht richtig beendet. Gerettete Aufnahmen von damals: {0}.</translation>
    </message>
    <message>
        <source>Recovered {0}</source>
        <translation>Gerettet {0}</translation>
    </message>
    <message>
        <source>The recording is deleted.</source>
        <translation>Die Aufnahme ist gelöscht.</translation>
    </message>
</context>
<context>
    <name>Teaching</name>
    <message>
        <source>Remembered: this was “{0}”.</source>
        <translation>Gemerkt: Das war „{0}“.</translation>
    </message>
    <message>
        <source>What was it? A word of your own:</source>
        <translation>Was war es? Ein eigenes Wort:</translation>
    </message>
    <message>
        <source>Remember</source>
        <translation>Merken</translation>
    </message>
    <message>
        <source>That was…</source>
        <translation>Das war …</translation>
    </message>
    <message>
        <source>Are all recordings in “{0}” one speaker? Then VoiceKin can learn the voice.</source>
        <translation>Ist in allen Aufnahmen in „{0}“ derselbe Mensch zu hören? Dann kann VoiceKin die Stimme lernen.</translation>
    </message>
    <message>
        <source>All one speaker</source>
        <translation>Alle derselbe Mensch</translation>
    </message>
    <message>
        <source>New voice</source>
        <translation>Neue Stimme</translation>
    </message>
    <message>
        <source>Whose voice is it? Choose a name:</source>
        <translation>Wessen Stimme ist es? Ein Name Ihrer Wahl:</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>The voice has learnt from this recording. Recordings so far: {0}.</source>
        <translation>Die Stimme hat aus dieser Aufnahme gelernt. Aufnahmen bisher: {0}.</translation>
    </message>
    <message>
        <source>The voice “{0}” has learnt from {1} recordings, which are answered with it now.</source>
        <translation>Die Stimme „{0}“ hat aus {1} Aufnahmen gelernt; sie werden jetzt mit ihr beantwortet.</translation>
    </message>
    <message>
        <source>Left out: {0}.</source>
        <translation>Ausgelassen: {0}.</translation>
    </message>
    <message>
        <source>The voice “{0}” is forgotten.</source>
        <translation>Die Stimme „{0}“ ist vergessen.</translation>
    </message>
    <message>
        <source>This pack can’t use {0} of your examples: their sound was not kept for it to hear.</source>
        <translation>Dieses Paket kann {0} Ihrer Beispiele nicht verwenden: Ihr Ton wurde nicht behalten.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>ThatWasPanel</name>
    <message>
        <source>That was…</source>
        <translation>Das war …</translation>
    </message>
    <message>
        <source>Something else…</source>
        <translation>Etwas anderes …</translation>
    </message>
    <message>
        <source>A word of your own (Alt+0); with three recordings it joins the answers</source>
        <translation>Ein eigenes Wort (Alt+0); ab drei Aufnahmen gehört es zu den Antworten</translation>
    </message>
    <message>
        <source>That was: {0}</source>
        <translation>Das war: {0}</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Emotions over time</source>
        <translation>Emotionen im Verlauf</translation>
    </message>
    <message>
        <source>{0} to {1}: {2}, {3}</source>
        <translation>{0} bis {1}: {2}, {3}</translation>
    </message>
</context>
<context>
    <name>TimelinePanel</name>
    <message>
        <source>Part of the recording that is shown</source>
        <translation>Gezeigter Teil der Aufnahme</translation>
    </message>
    <message>
        <source>Analyse this part</source>
        <translation>Diesen Teil neu auswerten</translation>
    </message>
    <message>
        <source>Spectrogram</source>
        <translation>Spektrogramm</translation>
    </message>
    <message>
        <source>How strong each frequency is, up to 5 kHz; of five minutes and less</source>
        <translation>Wie stark jede Frequenz ist, bis 5 kHz; von höchstens fünf Minuten</translation>
    </message>
    <message>
        <source>Pitch</source>
        <translation>Tonhöhe</translation>
    </message>
    <message>
        <source>How high the voice is, in Hz, where it has a pitch; of five minutes and less</source>
        <translation>Wie hoch die Stimme ist, in Hz, wo sie eine Tonhöhe hat; von höchstens fünf Minuten</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alles zeigen</translation>
    </message>
    <message>
        <source>Over time</source>
        <translation>Im Verlauf</translation>
    </message>
    <message>
        <source>Share of the time: {0}</source>
        <translation>Zeitanteile: {0}</translation>
    </message>
    <message>
        <source>Pitch in this part: usually {0} Hz, mostly between {1} and {2} Hz.</source>
        <translation>Tonhöhe in diesem Teil: gewöhnlich {0} Hz, meist zwischen {1} und {2} Hz.</translation>
    </message>
    <message>
        <source>No pitch was found in this part.</source>
        <translation>In diesem Teil wurde keine Tonhöhe gefunden.</translation>
    </message>
    <message>
        <source>Zoom in to five minutes or less to see the pitch.</source>
        <translation>Auf höchstens fünf Minuten vergrößern, um die Tonhöhe zu sehen.</translation>
    </message>
    <message>
        <source>Click to hear it from there; drag to select a part.</source>
        <translation>Klicken, um ab dort anzuhören; ziehen, um einen Teil auszuwählen.</translation>
    </message>
    <message>
        <source>Selected: {0} to {1}</source>
        <translation>Ausgewählt: {0} bis {1}</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Stop recording</source>
        <translation>Aufnahme be&amp;enden</translation>
    </message>
    <message>
        <source>&amp;Record</source>
        <translation>&amp;Aufnehmen</translation>
    </message>
    <message>
        <source>&amp;Hide the window</source>
        <translation>Fenster &amp;verbergen</translation>
    </message>
    <message>
        <source>S&amp;how the window</source>
        <translation>Fenster &amp;zeigen</translation>
    </message>
    <message>
        <source>VoiceKin is recording</source>
        <translation>VoiceKin nimmt auf</translation>
    </message>
</context>
<context>
    <name>ViewMenu</name>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Larger text</source>
        <translation>Text &amp;größer</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>Text &amp;kleiner</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>&amp;Normale Textgröße</translation>
    </message>
</context>
<context>
    <name>VoiceDialog</name>
    <message>
        <source>Voice</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>Name of the voice</source>
        <translation>Name der Stimme</translation>
    </message>
    <message>
        <source>How well the voice is known</source>
        <translation>Wie gut die Stimme bekannt ist</translation>
    </message>
    <message>
        <source>Pause learning</source>
        <translation>Lernen pausieren</translation>
    </message>
    <message>
        <source>Recordings that the voice has learnt from</source>
        <translation>Aufnahmen, aus denen die Stimme gelernt hat</translation>
    </message>
    <message>
        <source>Take this recording out</source>
        <translation>Diese Aufnahme entfernen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Learnt from</source>
        <translation>Gelernt aus</translation>
    </message>
    <message>
        <source>{0} known</source>
        <translation>zu {0} bekannt</translation>
    </message>
    <message>
        <source>A take</source>
        <translation>Eine Aufnahme von hier</translation>
    </message>
    <message>
        <source>The voice “{0}” is now called “{1}”.</source>
        <translation>Die Stimme „{0}“ heißt jetzt „{1}“.</translation>
    </message>
    <message>
        <source>The voice no longer rests on that recording.</source>
        <translation>Die Stimme beruht nicht mehr auf dieser Aufnahme.</translation>
    </message>
    <message>
        <source>What is kept of a voice: figures of how it sounds, and a speaker embedding of each recording, 40 numbers that tell who a person is. That is biometric: it stays on this computer, goes when the voice is forgotten, and is in no exported file.</source>
        <translation>Gespeichert werden Zahlen, die den Klang der Stimme beschreiben, und zu jeder Aufnahme ein Sprecher-Embedding: 40 Zahlen, an denen man die Person erkennen kann. Das sind biometrische Daten: Sie bleiben auf diesem Computer, werden mit der Stimme gelöscht und nie exportiert.</translation>
    </message>
</context>
<context>
    <name>VoicePanel</name>
    <message>
        <source>Whose voice it is</source>
        <translation>Wessen Stimme es ist</translation>
    </message>
    <message>
        <source>New voice</source>
        <translation>Neue Stimme</translation>
    </message>
    <message>
        <source>Give a voice a name, so that VoiceKin can get to know it</source>
        <translation>Einer Stimme einen Namen geben, damit VoiceKin sie kennenlernt</translation>
    </message>
    <message>
        <source>VoiceKin asks, you talk, and it learns the voice; no sound is kept</source>
        <translation>VoiceKin fragt, Sie sprechen, und es lernt die Stimme; kein Ton wird behalten</translation>
    </message>
    <message>
        <source>Talk for a minute…</source>
        <translation>Sprechprobe …</translation>
    </message>
    <message>
        <source>Learn from this</source>
        <translation>Hieraus lernen</translation>
    </message>
    <message>
        <source>Learn the voice from the recording that is shown</source>
        <translation>Die Stimme aus der gezeigten Aufnahme lernen</translation>
    </message>
    <message>
        <source>Details…</source>
        <translation>Details …</translation>
    </message>
    <message>
        <source>Its name, what it has learnt from, and a pause</source>
        <translation>Name, woraus sie gelernt hat, und eine Pause</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Forget this voice</source>
        <translation>Diese Stimme vergessen</translation>
    </message>
    <message>
        <source>Learn from takes</source>
        <translation>Laufend lernen</translation>
    </message>
    <message>
        <source>Learn the voice from each recording that you make here</source>
        <translation>Die Stimme aus jeder Aufnahme lernen, die hier gemacht wird</translation>
    </message>
    <message>
        <source>Whose voice is it?</source>
        <translation>Wessen Stimme ist es?</translation>
    </message>
    <message>
        <source>Unknown voice</source>
        <translation>Unbekannte Stimme</translation>
    </message>
    <message>
        <source>Each recording is one speaker</source>
        <translation>Jede Aufnahme ist eine Person</translation>
    </message>
    <message>
        <source>Each by itself</source>
        <translation>Jede für sich</translation>
    </message>
    <message>
        <source>The voice is learnt from the recording itself; best for long ones.</source>
        <translation>Die Stimme wird aus der Aufnahme selbst erschlossen; am besten bei langen.</translation>
    </message>
    <message>
        <source>In a long recording, each part is compared with the rest. Five recordings or more are compared with each other.</source>
        <translation>In einer langen Aufnahme wird jeder Teil mit dem Rest verglichen; ab fünf Aufnahmen jede mit den anderen.</translation>
    </message>
    <message>
        <source>VoiceKin has not heard this voice yet.</source>
        <translation>VoiceKin hat diese Stimme noch nicht gehört.</translation>
    </message>
    <message>
        <source>Learnt from {0} recordings; the voice is {1} known.</source>
        <translation>Aus {0} Aufnahmen gelernt; die Stimme ist zu {1} bekannt.</translation>
    </message>
    <message>
        <source>Learnt from 1 recording; the voice is {1} known.</source>
        <translation>Aus 1 Aufnahme gelernt; die Stimme ist zu {1} bekannt.</translation>
    </message>
</context>
<context>
    <name>WhatIfPanel</name>
    <message>
        <source>What if…</source>
        <translation>Was wäre, wenn …</translation>
    </message>
    <message>
        <source>Number of neighbours</source>
        <translation>Anzahl der Nachbarn</translation>
    </message>
    <message>
        <source>Weight of the neighbours</source>
        <translation>Gewicht der Nachbarn</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
</context>
</TS>
